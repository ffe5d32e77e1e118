import Glibc

extension RandomSource {
    /// A number from the normal distribution of mean 0 and deviation 1, by one of the pair of Box & Muller (1958). The
    /// other one is not kept, so that `state` is all there is to save.
    package mutating func normal() -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return radius * cos(2 * .pi * unit())
    }

    /// A number in [0, 1) of 53 random bits.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
