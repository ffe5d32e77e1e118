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

    /// Puts the value in another form, unless it was released.
    func update(_ transform: (Value) -> Value) {
        guard let old = stored.withLock({ $0 }) else { return }
        let new = transform(old)
        stored.withLock { $0 = new }
    }

    /// Gives the memory back.
    func release() { stored.withLock { $0 = nil } }
}
