import Synchronization

/// How much of a streamed response its peer has not taken yet; readable on every thread.
final class StreamBacklog: Sendable {
    /// On the way to the loop.
    private let posted = Atomic<Int>(0)
    /// With the connection.
    private let held = Atomic<Int>(0)

    /// Bytes.
    var count: Int { posted.load(ordering: .relaxed) + held.load(ordering: .relaxed) }

    /// So many bytes have been left for the loop.
    func post(_ count: Int) { posted.wrappingAdd(count, ordering: .relaxed) }

    /// The loop has taken so many bytes.
    func take(_ count: Int) { posted.wrappingSubtract(count, ordering: .relaxed) }

    /// So many bytes are waiting with the connection.
    func hold(_ count: Int) { held.store(count, ordering: .relaxed) }
}
