import Dispatch
import Synchronization

/// Runs what may block, such as reading files and loading models, off the event loops; so much at once and no more.
///
/// Each thread is a serial queue, because Dispatch gives those a thread whenever they want one. All concurrent queues
/// together get only as many threads as there are processors: a few large bodies would keep everybody else waiting.
final class BackgroundWork: Sendable {
    private struct State {
        var idle: [DispatchQueue]
        /// What waits for a thread, the first one first.
        var waiting: [@Sendable () -> Void] = []
        /// Works that run or wait.
        var count = 0
    }

    private enum Admission {
        case run(DispatchQueue)
        case wait
        case refuse
    }

    /// Works that run or wait at once; one more is refused, so that impatient clients cannot pile them up.
    private let maximumCount: Int
    private let state: Mutex<State>

    /// - Parameters:
    ///   - isSerial: Whether one work waits for another, which is for what computes for long.
    ///   - threads: What may run at once, at most; ignored for serial work.
    ///   - maximumCount: What may run or wait at once.
    init(isSerial: Bool = false, threads: Int = 16, maximumCount: Int = 16) {
        self.maximumCount = maximumCount
        state = Mutex(
            State(
                idle: (0..<(isSerial ? 1 : threads)).map { index in
                    DispatchQueue(label: "apus.api.background.\(index)", qos: isSerial ? .utility : .unspecified)
                }))
    }

    /// Runs `body` soon, on another thread.
    /// - Throws: `APIError.busy`; `body` then never runs.
    func run(_ body: @escaping @Sendable () -> Void) throws(APIError) {
        let admission: Admission = state.withLock { state in
            guard state.count < maximumCount else { return .refuse }
            state.count += 1
            if let queue = state.idle.popLast() { return .run(queue) }
            state.waiting.append(body)
            return .wait
        }
        switch admission {
        case .run(let queue): queue.async { @Sendable [self] in work(on: queue, body) }
        case .wait: break
        case .refuse: throw .busy
        }
    }

    private func work(on queue: DispatchQueue, _ first: () -> Void) {
        first()
        while let next = takeNext(queue) { next() }
    }

    /// Ends a work: the one that waits next, or nil after which the queue is idle.
    private func takeNext(_ queue: DispatchQueue) -> (@Sendable () -> Void)? {
        state.withLock { state in
            state.count -= 1
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.idle.append(queue)
            return nil
        }
    }
}
