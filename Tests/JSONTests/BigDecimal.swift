/// An unsigned big integer of 32-bit limbs, lowest first: just what the oracles need, written for clarity.
struct BigInteger: Comparable {
    var limbs: [UInt32]

    init(_ value: UInt64) {
        limbs = [UInt32(truncatingIfNeeded: value), UInt32(value >> 32)]
        trim()
    }

    var bitWidth: Int { limbs.isEmpty ? 0 : limbs.count * 32 - (limbs.last?.leadingZeroBitCount ?? 0) }

    mutating func multiply(by factor: UInt32) {
        var carry: UInt64 = 0
        for index in limbs.indices {
            carry += UInt64(limbs[index]) * UInt64(factor)
            limbs[index] = UInt32(truncatingIfNeeded: carry)
            carry >>= 32
        }
        if carry > 0 { limbs.append(UInt32(carry)) }
    }

    /// Divides by a small number and answers the remainder.
    mutating func divide(by divisor: UInt32) -> UInt32 {
        var remainder: UInt64 = 0
        for index in limbs.indices.reversed() {
            remainder = remainder << 32 | UInt64(limbs[index])
            limbs[index] = UInt32(remainder / UInt64(divisor))
            remainder %= UInt64(divisor)
        }
        trim()
        return UInt32(remainder)
    }

    /// The value times 2^count, or divided by it and truncated.
    func shifted(_ count: Int) -> BigInteger {
        var result = BigInteger(0)
        result.limbs = Array(repeating: 0, count: max(0, bitWidth + count + 31) / 32)
        for bit in 0..<bitWidth where limbs[bit / 32] >> UInt32(bit % 32) & 1 == 1 && bit + count >= 0 {
            result.limbs[(bit + count) / 32] |= 1 << UInt32((bit + count) % 32)
        }
        result.trim()
        return result
    }

    static func < (a: BigInteger, b: BigInteger) -> Bool {
        guard a.limbs.count == b.limbs.count else { return a.limbs.count < b.limbs.count }
        for index in a.limbs.indices.reversed() where a.limbs[index] != b.limbs[index] {
            return a.limbs[index] < b.limbs[index]
        }
        return false
    }

    static func - (a: BigInteger, b: BigInteger) -> BigInteger {
        var result = a
        var borrow: Int64 = 0
        for index in a.limbs.indices {
            borrow += Int64(a.limbs[index]) - (index < b.limbs.count ? Int64(b.limbs[index]) : 0)
            result.limbs[index] = UInt32(truncatingIfNeeded: borrow)
            borrow >>= 32
        }
        result.trim()
        return result
    }

    var decimalDigits: String {
        var rest = self
        var digits: [Character] = []
        while !rest.limbs.isEmpty { digits.append(Character(String(rest.divide(by: 10)))) }
        return digits.isEmpty ? "0" : String(digits.reversed())
    }

    private mutating func trim() {
        while limbs.last == 0 { limbs.removeLast() }
    }
}

/// All decimal digits of a finite, positive binary64.
struct BigDecimal: CustomStringConvertible {
    let description: String

    init(_ value: Double) {
        let exponent = Int(value.exponent) - 52
        var integer = BigInteger((value.significandBitPattern | 1 << 52))
        guard exponent < 0 else {
            description = integer.shifted(exponent).decimalDigits
            return
        }
        for _ in 0..<(-exponent) { integer.multiply(by: 5) }  // m / 2^e = m · 5^e / 10^e
        let digits = integer.decimalDigits
        let padded = String(repeating: "0", count: max(0, -exponent + 1 - digits.count)) + digits
        description = padded.dropLast(-exponent) + "." + padded.suffix(-exponent)
    }
}

/// Recomputes the table of powers of five by its definition.
enum PowersOfFiveOracle {
    static func words(from first: Int, to last: Int) -> [UInt64] {
        (first...last).flatMap { exponent -> [UInt64] in
            var five = BigInteger(1)
            for _ in 0..<abs(exponent) { five.multiply(by: 5) }
            var value = five
            if exponent < 0 {
                let shift = exponent >= -27 ? five.bitWidth + 127 : 2 * five.bitWidth + 128
                value = quotientPlusOne(BigInteger(1).shifted(shift), five)
            }
            value = value.shifted(128 - value.bitWidth)
            let limbs = value.limbs.map(UInt64.init)
            return [limbs[3] << 32 | limbs[2], limbs[1] << 32 | limbs[0]]
        }
    }

    private static func quotientPlusOne(_ dividend: BigInteger, _ divisor: BigInteger) -> BigInteger {
        var rest = dividend
        let steps = dividend.bitWidth - divisor.bitWidth
        var quotient = BigInteger(0)
        for step in (0...steps).reversed() {
            let candidate = divisor.shifted(step)
            quotient = quotient.shifted(1)
            guard candidate <= rest else { continue }
            rest = rest - candidate
            quotient.limbs = quotient.limbs.isEmpty ? [1] : [quotient.limbs[0] | 1] + quotient.limbs.dropFirst()
        }
        // Plus one, with its carry.
        var index = 0
        while index < quotient.limbs.count, quotient.limbs[index] == .max {
            quotient.limbs[index] = 0
            index += 1
        }
        if index == quotient.limbs.count { quotient.limbs.append(1) } else { quotient.limbs[index] += 1 }
        return quotient
    }
}
