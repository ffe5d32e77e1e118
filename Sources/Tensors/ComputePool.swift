import Glibc

/// A persistent pool of threads that splits one piece of numeric work at a time.
///
/// Made for work of ten microseconds and more: idle workers spin for a moment and take a job within a fraction of a
/// microsecond, then they park and cost nothing. Nothing is ever queued. A caller that finds the pool busy, whether
/// from another thread or from inside a body, runs its work itself, so there is no waiting and no deadlock.
package final class ComputePool: Sendable {
    /// Threads that compute at most at once, the caller included.
    package let threads: Int

    private let crew: ComputeCrew
    private let workers: ComputeWorkers

    /// Starts `threads - 1` workers, named "apus-compute", with every signal blocked.
    /// - Parameters:
    ///   - threads: Threads in all, at least 1. When the system refuses a thread, the pool has fewer.
    ///   - spin: How long an idle thread spins before it parks; ignored (no spinning) on a single core.
    package init(threads: Int, spin: Duration = .microseconds(30)) {
        precondition(threads >= 1, "a compute pool needs at least the calling thread")
        let hasSeveralCores = sysconf(Int32(_SC_NPROCESSORS_ONLN)) > 1
        crew = ComputeCrew(spin: hasSeveralCores ? spin : .zero)
        workers = ComputeWorkers(count: threads - 1, crew: crew)
        self.threads = workers.count + 1
    }

    deinit { shutdown() }

    /// Calls `body` once for every index in `0 ..< count` and returns when all calls have returned.
    ///
    /// The calling thread takes part; indices are handed out in rising order, one at a time. What the bodies wrote is
    /// visible to the caller afterwards. The compiler makes one small allocation a call to lend the closure to other
    /// threads; `run(_:stored:)` makes none.
    package func run(_ count: Int, _ body: @Sendable (Int) -> Void) {
        if count > 1, threads > 1, crew.acquire() {
            withoutActuallyEscaping(body) { crew.run(count, $0) }
            crew.release()
        } else {
            for index in 0..<max(count, 0) { body(index) }
        }
    }

    /// The same for a closure that the caller keeps and passes again and again: no allocation.
    package func run(_ count: Int, stored body: @escaping @Sendable (Int) -> Void) {
        if count > 1, threads > 1, crew.acquire() {
            crew.run(count, body)
            crew.release()
        } else {
            for index in 0..<max(count, 0) { body(index) }
        }
    }

    /// Ends and joins the workers, after the job in progress; later runs compute on their caller alone. Idempotent.
    /// Must not be called from a body, which would wait for itself.
    package func shutdown() {
        workers.join { crew.stop() }
    }
}
