/// Exact conversion of a decimal significand and exponent to binary32.
///
/// Source: D. Lemire, "Number Parsing at a Gigabyte per Second", Software: Practice and Experience 51(8), 2021, §5–7.
/// That a 128-bit product always decides the rounding, so that no slow path is needed, is proved in N. Mushtak and
/// D. Lemire, "Fast Number Parsing Without Fallback", Software: Practice and Experience 53(7), 2023.
enum EiselLemire {
    /// The bits of positive infinity: the answer for a number beyond the range.
    static let infinity: UInt32 = 0x7F80_0000

    /// Exponents for which w · 10^q can lie exactly between two binary32 values (5^q fits, or divides w).
    private static let tieExponents = -17...10

    /// The bits of the binary32 value nearest to significand · 10^exponent, ties to even; the sign bit is clear.
    /// - Returns: `infinity` when the value rounds beyond the greatest finite one, 0 when it rounds to zero.
    @inline(__always)
    static func bits(significand: UInt64, exponent: Int) -> UInt32 {
        guard significand != 0, exponent >= PowersOfFive.smallestExponent else { return 0 }
        guard exponent <= 38 else { return infinity }
        let leadingZeros = significand.leadingZeroBitCount
        let product = approximateProduct(significand &<< UInt64(leadingZeros), exponent)
        let upperBit = Int(product.high &>> 63)
        // 24 bits of significand and one for rounding, with the leading one at bit 24 or hidden above it.
        let shift = UInt64(upperBit &+ 38)
        var mantissa = product.high &>> shift
        // ⌊q · log2 10⌋ + 63, then the exponent's bias.
        var power = ((217_706 &* exponent) &>> 16) &+ 63 &+ upperBit &- leadingZeros &+ 127
        if power <= 0 { return subnormal(mantissa, shift: 1 &- power) }
        if product.low <= 1, tieExponents.contains(exponent), mantissa & 3 == 1, mantissa &<< shift == product.high {
            mantissa &= ~1  // exactly halfway above an even value: round down
        }
        mantissa = (mantissa &+ (mantissa & 1)) &>> 1
        if mantissa == 1 &<< 24 {
            mantissa = 1 &<< 23
            power &+= 1
        }
        guard power < 0xFF else { return infinity }
        return UInt32(truncatingIfNeeded: power) &<< 23 | UInt32(truncatingIfNeeded: mantissa) & 0x7F_FFFF
    }

    /// The upper 128 bits of w · 5^q, exact enough to decide 26 bits; the second multiplication is rarely needed.
    @inline(__always)
    private static func approximateProduct(_ w: UInt64, _ exponent: Int) -> (high: UInt64, low: UInt64) {
        let index = 2 &* (exponent &- PowersOfFive.smallestExponent)
        var (high, low) = w.multipliedFullWidth(by: PowersOfFive.words[index])
        let undecided = UInt64.max &>> 26
        if high & undecided == undecided {
            let correction = w.multipliedFullWidth(by: PowersOfFive.words[index &+ 1]).high
            low = low &+ correction
            if correction > low { high &+= 1 }
        }
        return (high, low)
    }

    /// Rounds a significand that lies below the normal range; rounding up may make it the least normal value,
    /// whose bits are the same sum.
    @inline(__always)
    private static func subnormal(_ mantissa: UInt64, shift: Int) -> UInt32 {
        guard shift < 64 else { return 0 }
        let shifted = mantissa &>> UInt64(shift)
        return UInt32(truncatingIfNeeded: (shifted &+ (shifted & 1)) &>> 1)
    }
}
