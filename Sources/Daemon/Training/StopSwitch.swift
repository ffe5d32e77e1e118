import Dispatch
import Glibc
import Synchronization

/// Whether a training was asked to stop, by SIGTERM or SIGINT: it then saves a checkpoint. A second signal ends the
/// process at once.
///
/// Must be made on the main thread before other threads start, as `TerminationSignals` says.
package final class StopSwitch: Sendable {
    private let isOn = Atomic(false)

    /// Whether somebody has asked.
    package var isAsked: Bool { isOn.load(ordering: .relaxed) }

    package init() {}

    /// Listens to signals as long as the object that is returned lives.
    ///
    /// - Parameter asked: Called with the first one, on a thread of its own.
    /// - Returns: What listens.
    package func watch(asked: @escaping @Sendable () -> Void = {}) -> AnyObject {
        let signals = TerminationSignals()
        signals.watch { @Sendable [self] _ in
            isOn.store(true, ordering: .relaxed)
            asked()
        }
        return signals
    }
}
