import Synchronization

/// Whether the daemon as a whole should get requests: between the end of loading and the start of draining.
package final class Readiness: Sendable {
    /// The phases, in their order.
    package enum Phase: String, Sendable, CaseIterable {
        case loading, ready, draining
    }

    private let state = Mutex(Phase.loading)

    package init() {}

    package var phase: Phase { state.withLock { $0 } }

    /// All models have been loaded or refused. Does nothing once draining has begun.
    package func setLoaded() {
        state.withLock { if $0 == .loading { $0 = .ready } }
    }

    /// The daemon is going to stop.
    package func setDraining() {
        state.withLock { $0 = .draining }
    }
}
