import CSystem
import Dispatch
import Synchronization

/// Gives memory back to the system that versions held which are gone: without that, the allocator keeps it in pieces, and
/// a server that reads models again and again grows.
final class FreedMemory: Sendable {
    /// Long enough for the last requests of a version to end. Milliseconds.
    private static let delay = 100

    private let isDue = Atomic(false)

    /// Gives back what is free in a moment, on another thread; many calls make one.
    func giveBackSoon() {
        guard isDue.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged else {
            return
        }
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + .milliseconds(Self.delay)) {
            @Sendable [self] in
            isDue.store(false, ordering: .releasing)
            csystem_give_back_memory()
        }
    }
}
