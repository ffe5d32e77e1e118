import Synchronization

/// Who wants to know when something happens to a job.
final class JobWatchers: Sendable {
    private struct State {
        var last = 0
        var watchers: [String: [Int: @Sendable () -> Void]] = [:]
    }

    private let state = Mutex(State())

    func add(_ job: String, _ wake: @escaping @Sendable () -> Void) -> Int {
        state.withLock { state in
            state.last += 1
            state.watchers[job, default: [:]][state.last] = wake
            return state.last
        }
    }

    func remove(_ job: String, _ number: Int) {
        state.withLock { state in
            state.watchers[job]?[number] = nil
            if state.watchers[job]?.isEmpty == true { state.watchers[job] = nil }
        }
    }

    /// Calls those who watch a job.
    func wake(_ job: String) {
        for watcher in state.withLock({ Array(($0.watchers[job] ?? [:]).values) }) { watcher() }
    }
}

/// Somebody's interest in a job; ends with the object.
package final class JobWatch: Sendable {
    private let watchers: JobWatchers
    private let job: String
    private let number: Int

    init(_ watchers: JobWatchers, job: String, wake: @escaping @Sendable () -> Void) {
        self.watchers = watchers
        self.job = job
        number = watchers.add(job, wake)
    }

    deinit { watchers.remove(job, number) }
}
