extension JSONReader {
    /// Reads a string.
    package mutating func readString() throws(JSONError) -> String {
        try expect(.string, "a string")
        let token = try scanString()
        return text(of: token)
    }

    /// Checks the string whose opening quote is at the position and moves after its closing quote: escapes, surrogate
    /// pairs, control characters and UTF-8 (RFC 8259 §7, §8.1).
    mutating func scanString() throws(JSONError) -> StringToken {
        position += 1
        let start = position
        var hasEscapes = false
        while true {
            skipPlainWords()
            guard let byte = currentByte else { throw unexpected(expected: "'\"'", place: .string) }
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return StringToken(content: start..<position - 1, hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try scanEscape()
            case 0..<0x20:
                throw .controlCharacter(offset: position, byte: byte)
            case 0..<0x80:
                position += 1
            default:
                let length = utf8SequenceLength(at: position)
                guard length > 0 else { throw .invalidUTF8(offset: position) }
                position += length
            }
        }
    }

    /// Skips eight bytes at a time while none of them is a quote, a backslash, a control character or above 0x7F.
    private mutating func skipPlainWords() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        while byteCount - position >= 8 {
            let word = unsafe bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // Bit 7 of a byte is set if it was below 0x20, equal to 0x22 or 0x5C, or above 0x7F (a borrow from the
            // byte below may set it too: then the slow loop looks again).
            let special = (word &- ones &* 0x20) | (quote &- ones) | (backslash &- ones) | word
            guard special & (ones &* 0x80) == 0 else { return }
            position += 8
        }
    }

    /// Reads an escape; the position is on its backslash. A surrogate must come as a pair, high half first.
    private mutating func scanEscape() throws(JSONError) {
        let start = position
        position += 1
        guard let byte = currentByte else { throw unexpected(expected: "an escape", place: .string) }
        guard byte == UInt8(ascii: "u") else {
            guard Self.unescaped(byte) != nil else {
                throw .invalidEscape(offset: position, found: printable(at: position))
            }
            position += 1
            return
        }
        let unit = try scanHexadecimal()
        guard unit & 0xF800 == 0xD800 else { return }
        guard unit < 0xDC00 else { throw .loneSurrogate(offset: start) }
        for expected in [UInt8(ascii: "\\"), UInt8(ascii: "u")] {
            guard let byte = currentByte else {
                throw unexpected(expected: "the second half of a surrogate pair", place: .string)
            }
            guard byte == expected else { throw .loneSurrogate(offset: start) }
            position += 1
        }
        position -= 1  // back to the "u", where the digits' scanner starts
        let low = try scanHexadecimal()
        guard low & 0xFC00 == 0xDC00 else { throw .loneSurrogate(offset: start) }
    }

    /// Reads "u" and four hexadecimal digits.
    private mutating func scanHexadecimal() throws(JSONError) -> UInt32 {
        position += 1
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = currentByte else { throw unexpected(expected: "a hexadecimal digit", place: .string) }
            guard let digit = Self.hexadecimalDigit(byte) else {
                throw .invalidEscape(offset: position, found: printable(at: position))
            }
            value = value << 4 | digit
            position += 1
        }
        return value
    }

    /// The length in bytes of the well-formed UTF-8 sequence at `offset`, whose first byte is above 0x7F; 0 if it is
    /// not well-formed. The Unicode Standard, table 3-7.
    func utf8SequenceLength(at offset: Int) -> Int {
        let first = byte(at: offset)
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return 0
        }
        guard byteCount - offset >= length, second.contains(byte(at: offset + 1)) else { return 0 }
        for index in 2..<max(2, length) where byte(at: offset + index) & 0xC0 != 0x80 { return 0 }
        return length
    }
}
