import CKernels

/// The range that a kernel clamps its outputs to. NaN passes through every clamp.
package struct Clamp: Hashable, Sendable {
    /// Values below become `low`.
    package let low: Float
    /// Values above become `high`.
    package let high: Float

    /// A range with `low` ≤ `high`, neither of them NaN.
    package init(low: Float, high: Float) {
        precondition(low <= high, "a clamp needs low ≤ high")
        self.low = low
        self.high = high
    }

    /// No clamp at all.
    package static let none = Clamp(low: -.infinity, high: .infinity)
    /// The rectified linear unit, max(0, x).
    package static let relu = Clamp(low: 0, high: .infinity)
    /// ReLU that saturates at 6 (Howard et al. 2017, MobileNets).
    package static let relu6 = Clamp(low: 0, high: 6)

    /// `value` moved into the range; NaN stays NaN.
    package func apply(_ value: Float) -> Float {
        if value < low { return low }
        return value > high ? high : value
    }

    var cClamp: apus_clamp { apus_clamp(low: low, high: high) }
}
