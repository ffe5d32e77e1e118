/// The connections of one loop, in numbered slots that are used again.
struct ConnectionSlab {
    private let capacity: Int
    private var slots: [Connection?] = []
    private var free: [UInt32] = []

    /// - Parameter capacity: The most connections at once.
    init(capacity: Int) {
        self.capacity = capacity
    }

    /// Slots in use.
    var count: Int { slots.count - free.count }

    /// A slot for the next connection, which must be put there; nil when all are in use.
    mutating func takeSlot() -> UInt32? {
        if let slot = free.popLast() { return slot }
        guard slots.count < capacity else { return nil }
        slots.append(nil)
        return UInt32(slots.count - 1)
    }

    /// Empties a slot.
    mutating func release(_ slot: UInt32) {
        slots[Int(slot)] = nil
        free.append(slot)
    }

    /// The connection in a slot, if it is in use.
    subscript(slot: UInt32) -> Connection? {
        get { Int(slot) < slots.count ? slots[Int(slot)] : nil }
        set { slots[Int(slot)] = newValue }
    }

    /// All connections; the slab may change while they are visited.
    var all: [Connection] { slots.compactMap { $0 } }
}
