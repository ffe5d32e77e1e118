import Glibc

/// Where the threads of a `ComputePool` sleep: one mutex, a condition for workers and one for the owner of the job.
///
/// Unchecked because of the pointers. Invariant: set in `init`, freed in `deinit`; POSIX makes the objects behind them
/// safe to use from all threads. They live on the heap because they must not move.
@safe
final class ParkingLot: @unchecked Sendable {
    /// What a thread waits for.
    enum Place {
        /// A worker: for a job.
        case work
        /// The owner: for the last worker to finish.
        case done
    }

    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let work: UnsafeMutablePointer<pthread_cond_t>
    private let done: UnsafeMutablePointer<pthread_cond_t>

    init() {
        unsafe mutex = .allocate(capacity: 1)
        unsafe work = .allocate(capacity: 1)
        unsafe done = .allocate(capacity: 1)
        unsafe pthread_mutex_init(mutex, nil)
        unsafe pthread_cond_init(work, nil)
        unsafe pthread_cond_init(done, nil)
    }

    deinit {
        unsafe pthread_cond_destroy(done)
        unsafe pthread_cond_destroy(work)
        unsafe pthread_mutex_destroy(mutex)
        unsafe done.deallocate()
        unsafe work.deallocate()
        unsafe mutex.deallocate()
    }

    /// Sleeps until woken, or not at all if `condition` holds; it may also wake for no reason. The condition is asked
    /// with the lock held, so a waker that makes it true and then calls a `wake` function cannot come between the
    /// question and the sleep.
    func sleep(_ place: Place, unless condition: () -> Bool) {
        unsafe pthread_mutex_lock(mutex)
        if !condition() {
            switch place {
            case .work: unsafe pthread_cond_wait(work, mutex)
            case .done: unsafe pthread_cond_wait(done, mutex)
            }
        }
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Wakes workers: one or two by name, more all at once.
    func wakeWorkers(_ count: Int) {
        unsafe pthread_mutex_lock(mutex)
        if count <= 2 {
            for _ in 0..<count { unsafe pthread_cond_signal(work) }
        } else {
            unsafe pthread_cond_broadcast(work)
        }
        unsafe pthread_mutex_unlock(mutex)
    }

    /// Wakes the owner.
    func wakeOwner() {
        unsafe pthread_mutex_lock(mutex)
        unsafe pthread_cond_signal(done)
        unsafe pthread_mutex_unlock(mutex)
    }
}
