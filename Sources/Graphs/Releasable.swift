import Synchronization

/// Something large that is needed until plans have it in another form: weights, until they are packed for kernels. All
/// copies of an operator share it, so that releasing it frees the memory.
final class Releasable<Value: Sendable>: Sendable {
    private let stored: Mutex<Value?>

    init(_ value: Value) { stored = Mutex(value) }

    /// The value, which must not have been released.
    var value: Value {
        guard let value = stored.withLock({ $0 }) else { preconditionFailure("weights were packed and released") }
        return value
    }

    /// Gives the memory back.
    func release() { stored.withLock { $0 = nil } }
}
