extension ShortestFloat {
    /// Most bytes that `write` needs: "-1.17549435e-38".
    static let maximumLength = 16

    /// Writes a finite number as JSON: "0.1", "3.0", "1.5e-7", "1e10"; positional from 0.0001 up to below 10^9.
    /// - Returns: the byte after the last one written, at most `maximumLength` from `start`.
    @inline(__always)
    static func write(_ value: Float, to start: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<UInt8> {
        var cursor = unsafe start
        if value.sign == .minus {
            unsafe cursor.pointee = UInt8(ascii: "-")
            unsafe cursor += 1
        }
        guard value != 0 else { return unsafe put("0.0", cursor) }
        let shortest = ShortestFloat(bits: value.magnitude.bitPattern)
        let count = decimalLength(shortest.digits)
        let point = count &+ shortest.exponent  // digits before the decimal point
        switch point {
        case 1...9: return unsafe shortest.writePositional(cursor, count: count, point: point)
        case -3...0:
            unsafe cursor = put("0.", cursor)
            unsafe cursor.update(repeating: UInt8(ascii: "0"), count: -point)
            return unsafe put(shortest.digits, cursor - point, count: count)
        default: return unsafe shortest.writeScientific(cursor, count: count, power: point &- 1)
        }
    }

    @inline(__always)
    private func writePositional(
        _ start: UnsafeMutablePointer<UInt8>, count: Int, point: Int
    ) -> UnsafeMutablePointer<UInt8> {
        guard point < count else {
            let end = unsafe Self.put(digits, start, count: count)
            unsafe end.update(repeating: UInt8(ascii: "0"), count: exponent)
            return unsafe Self.put(".0", end + exponent)
        }
        let end = unsafe Self.put(digits, start + 1, count: count)
        unsafe start.update(from: start + 1, count: point)
        unsafe start[point] = UInt8(ascii: ".")
        return unsafe end
    }

    @inline(never)
    private func writeScientific(
        _ start: UnsafeMutablePointer<UInt8>, count: Int, power: Int
    ) -> UnsafeMutablePointer<UInt8> {
        var cursor = unsafe Self.put(digits, start + 1, count: count)
        unsafe start.pointee = start[1]
        unsafe start[1] = UInt8(ascii: ".")
        if count == 1 { unsafe cursor -= 1 }
        unsafe cursor = Self.put(power < 0 ? "e-" : "e", cursor)
        let magnitude = UInt32(power.magnitude)
        return unsafe Self.put(magnitude, cursor, count: magnitude < 10 ? 1 : 2)
    }

    /// Writes an integer of `count` digits.
    @inline(__always)
    private static func put(
        _ value: UInt32, _ start: UnsafeMutablePointer<UInt8>, count: Int
    ) -> UnsafeMutablePointer<UInt8> {
        var rest = value
        var index = count
        while index > 0 {
            index &-= 1
            let quotient = rest / 10
            unsafe start[index] = UInt8(truncatingIfNeeded: rest &- quotient &* 10) &+ UInt8(ascii: "0")
            rest = quotient
        }
        return unsafe start + count
    }

    @inline(__always)
    private static func put(
        _ text: StaticString, _ start: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        unsafe start.update(from: text.utf8Start, count: text.utf8CodeUnitCount)
        return unsafe start + text.utf8CodeUnitCount
    }

    /// Digits of a number below 10^9, which every shortest binary32 is.
    @inline(__always)
    private static func decimalLength(_ value: UInt32) -> Int {
        switch value {
        case 100_000_000...: 9
        case 10_000_000...: 8
        case 1_000_000...: 7
        case 100_000...: 6
        case 10_000...: 5
        case 1000...: 4
        case 100...: 3
        case 10...: 2
        default: 1
        }
    }
}
