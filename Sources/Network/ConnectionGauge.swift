import Synchronization

/// What the event loops of a server have in hand, summed; whoever shows it shares it with the server.
package final class ConnectionGauge: Sendable {
    /// The loops in an object of its own: the loops ask for the sum, and must not keep the server alive.
    private let loops = Mutex<[Weak]>([])

    private struct Weak: Sendable {
        weak let loop: EventLoop?
    }

    package init() {}

    /// Sets the loops to sum over.
    func set(_ loops: [EventLoop]) {
        self.loops.withLock { $0 = loops.map { Weak(loop: $0) } }
    }

    /// Open connections that hold a place.
    package var connections: Int { sum { $0.openConnections } }

    /// Connections that were accepted, those beyond the limit too.
    package var accepted: Int { sum { $0.acceptedCount.load(ordering: .relaxed) } }

    /// Requests that wait for their answer.
    package var requests: Int { sum { $0.requestsInFlight.load(ordering: .relaxed) } }

    /// The loop that has the fewest connections; nil when none runs.
    func emptiest() -> EventLoop? {
        loops.withLock { $0.compactMap(\.loop).min { $0.openConnections < $1.openConnections } }
    }

    private func sum(_ value: (EventLoop) -> Int) -> Int {
        loops.withLock { $0.reduce(0) { $0 + ($1.loop.map(value) ?? 0) } }
    }
}
