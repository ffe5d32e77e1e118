/// The shortest decimal that reads back as the same binary32, and of the shortest the nearest to the value.
///
/// Source: R. Giulietti, "The Schubfach way to render doubles", 2021, in the binary32 form.
/// Measured, medians of interleaved rounds, ns a number in a tensor of ten columns, against the same digits through
/// `Float.description`: uniform in 0..<1 18 (30), softmax of ten 24 (36), random bits 31 (39).
struct ShortestFloat {
    /// Decimal digits as an integer, without trailing zeros.
    private(set) var digits: UInt32

    /// The value is digits · 10^exponent.
    private(set) var exponent: Int

    /// - Parameter bits: a finite binary32 other than zero, sign bit clear.
    @inline(__always)
    init(bits: UInt32) {
        let fraction = bits & 0x7F_FFFF
        let biased = Int(bits &>> 23)
        let significand = biased == 0 ? fraction : fraction | 0x80_0000
        let power = biased == 0 ? -149 : biased &- 150
        if power <= 0, power > -24, significand & ((1 &<< UInt32(-power)) &- 1) == 0 {
            (digits, exponent) = (significand &>> UInt32(-power), 0)  // a whole number below 2^24
        } else {
            (digits, exponent) = Self.schubfach(significand, power, isPowerOfTwo: fraction == 0 && biased > 1)
        }
        while digits >= 10 {
            let (quotient, remainder) = digits.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { break }
            digits = quotient
            exponent &+= 1
        }
    }

    /// The shortest decimal in the rounding interval of significand · 2^power, as digits and exponent; if
    /// `isPowerOfTwo`, the interval is half as wide below the value.
    @inline(__always)
    private static func schubfach(_ significand: UInt32, _ power: Int, isPowerOfTwo: Bool) -> (UInt32, Int) {
        let isOdd = significand & 1
        // ⌊log10 2^power⌋, or of ¾ · 2^power, and then ⌊log2 10^-k⌋.
        let k = (power &* 1_262_611 &- (isPowerOfTwo ? 524_031 : 0)) &>> 22
        let h = UInt32(truncatingIfNeeded: power &+ ((-k &* 1_741_647) &>> 19) &+ 1)
        let ten = powerOfTen(-k)
        let value = roundedToOdd(ten, (4 &* significand) &<< h)
        let lower = roundedToOdd(ten, (4 &* significand &- (isPowerOfTwo ? 1 : 2)) &<< h) &+ isOdd
        let upper = roundedToOdd(ten, (4 &* significand &+ 2) &<< h) &- isOdd
        let quarter = value / 4
        if quarter >= 10 {
            let tenth = quarter / 10
            let lowFits = lower <= 40 &* tenth
            let highFits = 40 &* tenth &+ 40 <= upper
            if lowFits != highFits { return (tenth &+ (highFits ? 1 : 0), k &+ 1) }
        }
        let lowFits = lower <= 4 &* quarter
        let highFits = 4 &* quarter &+ 4 <= upper
        if lowFits != highFits { return (quarter &+ (highFits ? 1 : 0), k) }
        let middle = 4 &* quarter &+ 2
        let roundsUp = value > middle || value == middle && quarter & 1 != 0
        return (quarter &+ (roundsUp ? 1 : 0), k)
    }

    /// The 64 leading bits of 10^exponent, rounded up.
    @inline(__always)
    private static func powerOfTen(_ exponent: Int) -> UInt64 {
        let index = 2 &* (exponent &- PowersOfFive.smallestExponent)
        return PowersOfFive.words[index] &+ (PowersOfFive.words[index &+ 1] != 0 ? 1 : 0)
    }

    /// The upper half of a 96-bit product, its lowest bit set if anything below it is (Giulietti §9.10).
    @inline(__always)
    private static func roundedToOdd(_ ten: UInt64, _ value: UInt32) -> UInt32 {
        let product = ten.multipliedFullWidth(by: UInt64(value))
        let isInexact = UInt32(truncatingIfNeeded: product.low &>> 32) > 1
        return UInt32(truncatingIfNeeded: product.high) | (isInexact ? 1 : 0)
    }
}
