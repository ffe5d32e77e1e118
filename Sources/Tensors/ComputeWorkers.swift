import CKernels
import Glibc
import Synchronization

/// The worker threads of a `ComputePool`: started at once, joined once.
final class ComputeWorkers: Sendable {
    /// Threads that were started.
    let count: Int
    private let threads: Mutex<[pthread_t]>

    /// Starts up to `count` threads that serve `crew` until it stops.
    init(count: Int, crew: ComputeCrew) {
        // A thread inherits the mask of its creator: a signal can then never reach a worker, not even at its start.
        var all = sigset_t()
        var previous = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &previous)
        let started = (0..<count).compactMap { _ in Self.start(crew) }
        unsafe pthread_sigmask(SIG_SETMASK, &previous, nil)
        self.count = started.count
        threads = Mutex(started)
    }

    /// Calls `stop`, then waits for all threads to end; the second call does nothing.
    func join(_ stop: () -> Void) {
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        guard !threads.isEmpty else { return }
        stop()
        for thread in threads { pthread_join(thread, nil) }
    }

    private static func start(_ crew: ComputeCrew) -> pthread_t? {
        let context = unsafe Unmanaged.passRetained(crew)
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread, nil,
            { context in
                unsafe apus_name_thread("apus-compute")
                guard let context = unsafe context else { return nil }
                unsafe Unmanaged<ComputeCrew>.fromOpaque(context).takeRetainedValue().work()
                return nil
            }, context.toOpaque())
        guard status == 0 else {
            unsafe context.release()
            return nil
        }
        return thread
    }
}
