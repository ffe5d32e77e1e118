extension ScannedDecimal {
    /// Converts the number to binary32.
    /// - Parameter start: where the number began; only read again when it has more than 19 digits.
    /// - Returns: the bits of the nearest value, ties to even; those of an infinity when it is out of range.
    @inline(__always)
    func binary32Bits(from start: UnsafePointer<UInt8>) -> UInt32 {
        // Clinger's fast path (1990): both are exact in binary32, so that one division rounds correctly.
        if unsafe digitCount <= Self.exactDigits, unsafe significand < 1 << 24, unsafe exponent <= 0,
            unsafe exponent >= -10
        {
            return unsafe (Float(significand) / Self.floatPowersOfTen[0 &- exponent]).bitPattern | signBit
        }
        let magnitude =
            unsafe digitCount <= Self.exactDigits
            ? EiselLemire.bits(significand: significand, exponent: exponent)
            : Self.bitsOfManyDigits(from: start, to: next)
        return unsafe magnitude | signBit
    }

    /// 10^0 … 10^10, the powers that binary32 holds exactly.
    private static let floatPowersOfTen: InlineArray<11, Float> = [
        1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10,
    ]

    /// More than 19 digits: the first 19 significant ones give a value below and, plus one, a value above the number.
    /// Both mostly round to the same float; if not, the standard library's conversion of the text decides.
    @inline(never)
    private static func bitsOfManyDigits(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) -> UInt32 {
        var significand: UInt64 = 0
        var kept = 0
        var dropsNonzero = false
        var hasPoint = false
        var exponent = 0
        var cursor = unsafe start.pointee == UInt8(ascii: "-") ? start + 1 : start
        while unsafe cursor < end, unsafe cursor.pointee | 0x20 != UInt8(ascii: "e") {
            let byte = unsafe cursor.pointee
            unsafe cursor += 1
            guard byte != UInt8(ascii: ".") else {
                hasPoint = true
                continue
            }
            let digit = byte &- UInt8(ascii: "0")
            if unsafe kept < exactDigits {
                significand = significand &* 10 &+ UInt64(digit)
                if kept > 0 || digit != 0 { kept += 1 }
                if hasPoint { exponent -= 1 }
            } else {
                if digit != 0 { dropsNonzero = true }
                if !hasPoint { exponent += 1 }
            }
        }
        exponent += unsafe written(exponentAt: cursor, end: end)
        let below = EiselLemire.bits(significand: significand, exponent: exponent)
        if !dropsNonzero || below == EiselLemire.bits(significand: significand &+ 1, exponent: exponent) {
            return below
        }
        return unsafe bitsOfText(from: start, to: end)
    }

    /// The exponent written from "e" on, 0 when there is none.
    private static func written(exponentAt start: UnsafePointer<UInt8>, end: UnsafePointer<UInt8>) -> Int {
        guard unsafe start < end else { return 0 }
        var tail = unsafe ScannedDecimal(at: end, end: end)
        unsafe tail.next = start
        guard unsafe tail.scanExponent(end) else { return 0 }
        return unsafe tail.exponent
    }

    private static func bitsOfText(from start: UnsafePointer<UInt8>, to end: UnsafePointer<UInt8>) -> UInt32 {
        let text = unsafe String(decoding: UnsafeBufferPointer(start: start, count: end - start), as: UTF8.self)
        guard let value = Float(text) else { preconditionFailure("\(text) was scanned as a JSON number") }
        return value.magnitude.bitPattern
    }
}
