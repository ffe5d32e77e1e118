import Dispatch

/// Holds up the first run of a model until the test opens it, so that what is submitted meanwhile must wait.
final class Gate: Sendable {
    private let entered = DispatchSemaphore(value: 0)
    private let opened = DispatchSemaphore(value: 0)

    /// Called by the run: waits until the gate is opened once.
    func pass() {
        entered.signal()
        opened.wait()
    }

    /// Waits until a run has arrived.
    func waitForArrival() { entered.wait() }

    /// Lets one run through.
    func open() { opened.signal() }
}
