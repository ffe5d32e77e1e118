import Dispatch

/// A clock that only moves forward; tests move one by hand.
package struct MonotonicClock: Sendable {
    /// Nanoseconds since some fixed moment.
    package let nanoseconds: @Sendable () -> UInt64

    package init(nanoseconds: @escaping @Sendable () -> UInt64) { self.nanoseconds = nanoseconds }

    /// The machine's CLOCK_MONOTONIC.
    package static let system = MonotonicClock { DispatchTime.now().uptimeNanoseconds }

    /// Milliseconds since a moment of this clock.
    func milliseconds(since start: UInt64) -> Double { Double(nanoseconds() &- start) / 1e6 }
}
