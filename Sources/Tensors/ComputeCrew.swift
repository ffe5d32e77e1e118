import CKernels
import Glibc
import Synchronization

/// What the caller and the workers of a `ComputePool` share: one job at a time, and the places to wait.
///
/// The protocol. The owner (`acquire`) writes `job`, then stores its count in `remaining`. Whoever lowers `remaining`
/// from r to r - 1 has claimed index count - r. A worker counts itself into `inside` before it claims and out after its
/// last body; the owner returns when `remaining` and then `inside` are 0. So while a worker holds a claim the job
/// cannot change: a claim publishes the worker's entry to the owner, which reads `remaining` before `inside`.
///
/// Unchecked because of `job`. Invariant: it is written only by the owner while `remaining` is 0, read only after a
/// claim; the store to `remaining` releases it and the claim acquires it.
@safe
final class ComputeCrew: @unchecked Sendable {
    private struct Job {
        var count: Int
        /// A borrowed closure, alive until the owner's `run` returns.
        var body: @Sendable (Int) -> Void
    }

    private var job: Job?
    private let remaining = Atomic(0)
    private let inside = Atomic(0)
    private let isOwned = Atomic(false)
    private let isStopped = Atomic(false)
    /// Workers that sleep, or are about to, on `work`.
    private let parkedWorkers = Atomic(0)
    /// Whether the owner sleeps, or is about to, on `done`.
    private let isOwnerParked = Atomic(false)
    private let lot = ParkingLot()
    private let spin: Int

    /// A crew without workers; they come by calling `work()` on their own threads.
    init(spin: Duration) {
        self.spin = Int(spin / .nanoseconds(1))
    }

    // MARK: The owner

    /// Whether the caller now owns the crew; it then must call `release`.
    func acquire() -> Bool {
        isOwned.compareExchange(expected: false, desired: true, ordering: .acquiring).exchanged
    }

    /// Gives the crew back.
    func release() {
        isOwned.store(false, ordering: .releasing)
    }

    /// Runs one job with the workers. The caller owns the crew, `count` is at least 2.
    func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
        job = Job(count: count, body: body)
        // Sequentially consistent, as in `awaitJob`: the owner sees the parked worker or the worker sees the job.
        remaining.store(count, ordering: .sequentiallyConsistent)
        let parked = parkedWorkers.load(ordering: .sequentiallyConsistent)
        if parked > 0 { lot.wakeWorkers(min(parked, count - 1)) }
        drain()
        awaitWorkers()
        job = nil
    }

    /// Makes every worker return from `work()`, after the job in progress. The crew stays owned for ever.
    func stop() {
        while !acquire() { sched_yield() }
        isStopped.store(true, ordering: .sequentiallyConsistent)
        lot.wakeWorkers(.max)
    }

    private func awaitWorkers() {
        if spins(until: { inside.load(ordering: .acquiring) == 0 }) { return }
        isOwnerParked.store(true, ordering: .sequentiallyConsistent)
        while inside.load(ordering: .sequentiallyConsistent) > 0 {
            lot.sleep(.done, unless: { inside.load(ordering: .sequentiallyConsistent) == 0 })
        }
        isOwnerParked.store(false, ordering: .relaxed)
    }

    // MARK: A worker

    /// A worker's life: returns after `stop`.
    func work() {
        while awaitJob() {
            inside.add(1, ordering: .acquiringAndReleasing)
            drain()
            let left = inside.subtract(1, ordering: .sequentiallyConsistent).newValue
            if left == 0, isOwnerParked.load(ordering: .sequentiallyConsistent) { lot.wakeOwner() }
        }
    }

    /// Whether there is a job, false when there never will be one. A worker that was woken too late for its job spins
    /// again before it parks, because where one job was the next is near.
    private func awaitJob() -> Bool {
        let hasNews = {
            self.remaining.load(ordering: .sequentiallyConsistent) > 0
                || self.isStopped.load(ordering: .sequentiallyConsistent)
        }
        while !spins(until: hasNews) {
            parkedWorkers.add(1, ordering: .sequentiallyConsistent)
            lot.sleep(.work, unless: hasNews)
            parkedWorkers.subtract(1, ordering: .relaxed)
        }
        return !isStopped.load(ordering: .acquiring)
    }

    // MARK: Both

    private func drain() {
        guard var left = claim(), let job else { return }
        while true {
            job.body(job.count - left)
            guard let next = claim() else { return }
            left = next
        }
    }

    /// How many indices were left before one was claimed; nil when there are none.
    private func claim() -> Int? {
        var left = remaining.load(ordering: .acquiring)
        while left > 0 {
            let claim = remaining.weakCompareExchange(
                expected: left, desired: left - 1, successOrdering: .acquiringAndReleasing,
                failureOrdering: .acquiring)
            if claim.exchanged { return left }
            left = claim.original
        }
        return nil
    }

    /// Whether `condition` became true within the spinning time.
    @inline(__always)
    private func spins(until condition: () -> Bool) -> Bool {
        if condition() { return true }
        guard spin > 0 else { return false }
        let start = nanoseconds()
        repeat {
            // Reading the clock takes about as long as one pause.
            for _ in 0..<16 {
                if condition() { return true }
                apus_cpu_relax()
            }
        } while nanoseconds() - start < spin
        return false
    }

    private func nanoseconds() -> Int {
        var now = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &now)
        return now.tv_sec * 1_000_000_000 + now.tv_nsec
    }
}
