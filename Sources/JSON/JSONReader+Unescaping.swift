extension JSONReader {
    /// The decoded text of a string that `scanString` has checked.
    func text(of token: StringToken) -> String {
        guard token.hasEscapes else { return text(token.content) }
        // Unescaping never lengthens: the longest result, four bytes of UTF-8, comes from twelve.
        let content = token.content
        return unsafe String(unsafeUninitializedCapacity: content.count) { destination in
            var (offset, count) = (content.lowerBound, 0)
            while offset < content.upperBound {
                let byte = byte(at: offset)
                guard byte == UInt8(ascii: "\\") else {
                    unsafe destination[count] = byte
                    count += 1
                    offset += 1
                    continue
                }
                if let plain = Self.unescaped(self.byte(at: offset + 1)) {
                    unsafe destination[count] = plain
                    count += 1
                    offset += 2
                } else {
                    for unit in UTF8.encode(escapedScalar(at: &offset)) ?? UTF8.encodedReplacementCharacter {
                        unsafe destination[count] = unit
                        count += 1
                    }
                }
            }
            return count
        }
    }

    /// What a two-character escape stands for, by its second character; nil for "u" and for all others.
    static func unescaped(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// The value of a hexadecimal digit; nil for every other byte.
    static func hexadecimalDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The scalar of the checked \u escape, or pair of them, at `offset`, which moves behind it.
    private func escapedScalar(at offset: inout Int) -> Unicode.Scalar {
        let unit = codeUnit(at: offset + 2)
        offset += 6
        guard unit & 0xF800 == 0xD800 else { return Unicode.Scalar(unit) ?? "\u{FFFD}" }
        let low = codeUnit(at: offset + 2)
        offset += 6
        return Unicode.Scalar(0x1_0000 + ((unit & 0x3FF) << 10 | low & 0x3FF)) ?? "\u{FFFD}"
    }

    private func codeUnit(at offset: Int) -> UInt32 {
        (offset..<offset + 4).reduce(0) { $0 << 4 | (Self.hexadecimalDigit(byte(at: $1)) ?? 0) }
    }
}
