extension JSONReader {
    /// Reads a whole number written without point and exponent.
    package mutating func readInt() throws(JSONError) -> Int {
        try readInteger("a 64-bit integer")
    }

    /// Reads a whole number however it is written: 28, 28.0 and 2.8e1 are the same.
    package mutating func readWholeNumber() throws(JSONError) -> Int {
        let token = try readNumber("a whole number")
        let number = text(token.range)
        if let value = Int(number) ?? Double(number).flatMap({ Int(exactly: $0) }) { return value }
        throw .outOfRange(offset: token.range.lowerBound, number: shortened(token.range), type: "a 64-bit integer")
    }

    /// Reads a whole number ≥ 0 written without point and exponent.
    package mutating func readUInt64() throws(JSONError) -> UInt64 {
        try readInteger("a 64-bit integer ≥ 0")
    }

    /// Reads a number as the nearest binary64.
    package mutating func readDouble() throws(JSONError) -> Double {
        let token = try readNumber("a number")
        let number = text(token.range)
        guard let value = Double(number), value.isFinite else {
            throw .outOfRange(offset: token.range.lowerBound, number: shortened(token.range), type: "float64")
        }
        return value
    }

    /// Reads a number as the nearest binary32, ties to even.
    package mutating func readFloat() throws(JSONError) -> Float {
        let token = try readNumber("a number")
        let value = float(token.range)
        guard value.isFinite else {
            throw .outOfRange(offset: token.range.lowerBound, number: shortened(token.range), type: "float32")
        }
        return value
    }

    /// A number's text for a message, cut after 40 characters.
    func shortened(_ range: Range<Int>) -> String {
        range.count <= 40 ? text(range) : text(range.lowerBound..<range.lowerBound + 40) + "…"
    }

    /// The value of a number that `scanNumber` accepted; infinite when it is out of range.
    func float(_ range: Range<Int>) -> Float {
        guard let base = unsafe bytes[range].baseAddressOfBytes else { return 0 }
        let decimal = unsafe ScannedDecimal(at: base, end: base + range.count)
        return unsafe Float(bitPattern: decimal.binary32Bits(from: base))
    }

    /// Reads the bytes of a number by the grammar of RFC 8259 §6, saying exactly what is wrong if they are not one.
    mutating func scanNumber() throws(JSONError) -> (range: Range<Int>, isInteger: Bool) {
        let start = position
        var isInteger = true
        if currentByte == UInt8(ascii: "-") { position += 1 }
        if currentByte == UInt8(ascii: "0") {
            position += 1
            if let next = currentByte, Self.isDigit(next) { throw .leadingZero(offset: position - 1) }
        } else {
            if word() != nil {
                position = start
                throw unexpected(expected: "a number")
            }
            try scanDigits("a digit")
        }
        if currentByte == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try scanDigits("a digit after the decimal point")
        }
        if let byte = currentByte, byte | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if let sign = currentByte, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
            try scanDigits("a digit in the exponent")
        }
        return (start..<position, isInteger)
    }

    private mutating func scanDigits(_ expected: String) throws(JSONError) {
        let start = position
        while let byte = currentByte, Self.isDigit(byte) { position += 1 }
        guard position > start else { throw unexpected(expected: expected, place: .number) }
    }

    private mutating func readNumber(_ expected: String) throws(JSONError) -> (range: Range<Int>, isInteger: Bool) {
        try expect(.number, expected)
        return try scanNumber()
    }

    private mutating func readInteger<Integer: FixedWidthInteger>(_ expected: String) throws(JSONError) -> Integer {
        let token = try readNumber(expected)
        guard token.isInteger, let value = Integer(text(token.range)) else {
            throw .outOfRange(offset: token.range.lowerBound, number: shortened(token.range), type: expected)
        }
        return value
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
    }
}

extension Slice where Base == UnsafeRawBufferPointer {
    /// The address of the slice's first byte; nil for memory without an address.
    fileprivate var baseAddressOfBytes: UnsafePointer<UInt8>? {
        unsafe UnsafeRawBufferPointer(rebasing: self).assumingMemoryBound(to: UInt8.self).baseAddress
    }
}
