import Synchronization

/// The generation of each slot, readable on every thread: how a late answer sees that its connection has gone.
///
/// Invariant that makes it Sendable: the memory is allocated and initialised once, its address never changes, every
/// access is atomic, and it is freed when the last reference goes.
@safe final class Liveness: @unchecked Sendable {
    private let generations: UnsafeMutablePointer<Atomic<UInt32>>
    private let capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        unsafe generations = .allocate(capacity: capacity)
        for slot in 0..<capacity { unsafe (generations + slot).initialize(to: Atomic(0)) }
    }

    deinit {
        unsafe generations.deinitialize(count: capacity)
        unsafe generations.deallocate()
    }

    /// The name of the connection that uses `slot` now.
    func current(_ slot: UInt32) -> ConnectionID {
        precondition(slot < capacity)
        let generation = unsafe generations[Int(slot)].load(ordering: .relaxed)
        return ConnectionID(slot: slot, generation: generation)
    }

    /// Whether the connection is still the one that uses its slot.
    func isLive(_ id: ConnectionID) -> Bool { current(id.slot) == id }

    /// Ends the life of the connection that uses `slot`.
    func retire(_ slot: UInt32) {
        precondition(slot < capacity)
        unsafe _ = generations[Int(slot)].wrappingAdd(1, ordering: .relaxed)
    }
}
