/// Names a connection for as long as it lives: a slot of the slab and how often that slot was used before.
struct ConnectionID: Equatable, Sendable {
    let slot: UInt32
    let generation: UInt32

    /// The form in which epoll carries it.
    var token: UInt64 { UInt64(generation) << 32 | UInt64(slot) }

    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    init(token: UInt64) {
        slot = UInt32(truncatingIfNeeded: token)
        generation = UInt32(truncatingIfNeeded: token >> 32)
    }
}

/// Names one request of one connection.
struct Ticket: Equatable, Sendable {
    let connection: ConnectionID
    let sequence: UInt32
}
