import Dispatch
import Synchronization

/// Where requests are answered that wait for the disk or compute for long; bounded.
final class ControlQueue: Sendable {
    /// Requests in hand; each may hold a body of the largest size.
    private static let limit = 32

    private let queue = DispatchQueue(label: "apus.control", qos: .utility, attributes: .concurrent)
    private let count = Atomic<Int>(0)

    /// Runs `body` soon.
    /// - Returns: Whether there was room for it.
    func run(_ body: @escaping @Sendable () -> Void) -> Bool {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue <= Self.limit else {
            count.wrappingSubtract(1, ordering: .relaxed)
            return false
        }
        queue.async { @Sendable [self] in
            body()
            count.wrappingSubtract(1, ordering: .relaxed)
        }
        return true
    }
}
