/// A seeded source of random numbers (SplitMix64, Steele, Lea & Flood 2014): the same seed gives the same numbers
/// on every machine.
package struct RandomSource: RandomNumberGenerator, Sendable {
    /// Where the sequence stands: `RandomSource(seed: state)` continues it.
    package private(set) var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A float in [0, 1) of 24 random bits.
    package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// Floats in [low, high).
    package mutating func uniform(count: Int, in range: Range<Float>) -> [Float] {
        (0..<count).map { _ in range.lowerBound + (range.upperBound - range.lowerBound) * uniform() }
    }
}
