import Dispatch
import Synchronization

/// Runs what may block, such as reading files and loading models, off the event loops; so much at once and no more.
final class BackgroundWork: Sendable {
    /// Works that run or wait at once; one more is refused, so that impatient clients cannot pile them up.
    private let maximumCount: Int
    private let queue: DispatchQueue
    private let count = Atomic(0)

    /// - Parameters:
    ///   - isSerial: Whether one work waits for another, which is for what computes for long.
    ///   - maximumCount: What may run or wait at once.
    init(isSerial: Bool = false, maximumCount: Int = 16) {
        self.maximumCount = maximumCount
        queue = DispatchQueue(
            label: "apus.api.background", qos: isSerial ? .utility : .unspecified,
            attributes: isSerial ? [] : .concurrent)
    }

    /// Runs `body` soon, on another thread.
    /// - Throws: `APIError.busy`; `body` then never runs.
    func run(_ body: @escaping @Sendable () -> Void) throws(APIError) {
        guard count.add(1, ordering: .acquiringAndReleasing).newValue <= maximumCount else {
            count.subtract(1, ordering: .acquiringAndReleasing)
            throw .busy
        }
        queue.async { @Sendable [self] in
            body()
            count.subtract(1, ordering: .acquiringAndReleasing)
        }
    }
}
