import Synchronization

/// Sums over all loops.
final class Gauge: Sendable {
    /// The loops in an object of its own: the loops ask for the sum, and must not keep the server alive.
    private let loops = Mutex<[Weak]>([])

    private struct Weak: Sendable {
        weak let loop: EventLoop?
    }

    /// Sets the loops to sum over.
    func set(_ loops: [EventLoop]) {
        self.loops.withLock { $0 = loops.map { Weak(loop: $0) } }
    }

    /// Open connections that hold a place.
    var connections: Int {
        loops.withLock { $0.reduce(0) { $0 + ($1.loop?.connectionCount.load(ordering: .relaxed) ?? 0) } }
    }

    /// Requests that wait for their answer.
    var requests: Int {
        loops.withLock { $0.reduce(0) { $0 + ($1.loop?.requestsInFlight.load(ordering: .relaxed) ?? 0) } }
    }
}
