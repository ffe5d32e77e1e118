import Serving
import Synchronization

/// A bit that is raised once, from any thread.
final class Flag: Sendable {
    private let bit = Atomic(false)
    var value: Bool { bit.load(ordering: .acquiring) }
    func raise() { bit.store(true, ordering: .releasing) }
}

/// A number that counts up, from any thread.
final class Counter: Sendable {
    private let count = Atomic(0)
    var value: Int { count.load(ordering: .acquiring) }
    /// Returns the new value.
    @discardableResult
    func increment() -> Int { count.add(1, ordering: .acquiringAndReleasing).newValue }
}

/// A clock that moves when the test says so; starts at 0.
final class HandMovedClock: Sendable {
    private let time = Atomic<UInt64>(0)
    var clock: MonotonicClock { MonotonicClock { self.time.load(ordering: .acquiring) } }
    func move(to nanoseconds: UInt64) { time.store(nanoseconds, ordering: .releasing) }
}
