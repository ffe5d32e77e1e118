extension JSONReader {
    /// The innermost open container.
    var place: JSONPlace {
        guard depth > 0 else { return .document }
        return objects & (1 << UInt64(depth - 1)) != 0 ? .object : .array
    }

    /// The error for a byte, or an end, at the position that the grammar does not allow there.
    @inline(never)
    func unexpected(expected: String, place: JSONPlace? = nil) -> JSONError {
        let place = place ?? self.place
        guard position < byteCount else {
            return .truncated(offset: position, place: place, expected: expected)
        }
        if position == 0, byteCount >= 3, byte(at: 0) == 0xEF, byte(at: 1) == 0xBB, byte(at: 2) == 0xBF {
            return .byteOrderMark
        }
        if place != .string, place != .number, let word = word() {
            return isTruncatedLiteral(word)
                ? .truncated(offset: byteCount, place: .literal, expected: "true, false or null")
                : .unknownWord(offset: position, word: word)
        }
        return .unexpected(offset: position, place: place, found: printable(at: position), expected: expected)
    }

    /// The bare word at the position, with its sign, at most 32 characters; nil when there is no letter.
    func word() -> String? {
        var end = position
        if end < byteCount, byte(at: end) == UInt8(ascii: "-") || byte(at: end) == UInt8(ascii: "+") { end += 1 }
        guard end < byteCount, Self.isWordByte(byte(at: end)), byte(at: end) > UInt8(ascii: "9") else { return nil }
        while end < byteCount, end - position < 32, Self.isWordByte(byte(at: end)) { end += 1 }
        return text(position..<end)
    }

    /// A character as a reader of the message would write it: 'x', or 0x01 for what cannot be printed.
    func printable(at offset: Int) -> String {
        let first = byte(at: offset)
        guard first >= 0x80 else {
            return first < 0x20 || first == 0x7F ? hexadecimal(first) : "'\(Character(Unicode.Scalar(first)))'"
        }
        let size = utf8SequenceLength(at: offset)
        return size == 0 || first == 0xC2 && byte(at: offset + 1) < 0xA0
            ? hexadecimal(first) : "'\(text(offset..<offset + size))'"
    }

    private func isTruncatedLiteral(_ word: String) -> Bool {
        guard position + word.utf8.count == byteCount else { return false }
        return ["true", "false", "null"].contains { $0 != word && $0.hasPrefix(word) }
    }
}
