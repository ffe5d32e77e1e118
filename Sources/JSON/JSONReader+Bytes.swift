extension JSONReader {
    /// Space, tab, line feed, carriage return (RFC 8259 §2).
    @inline(__always)
    static func isWhitespace(_ byte: UInt8) -> Bool {
        byte <= 0x20 && (byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09)
    }

    /// The byte at `offset`, which must lie inside the document.
    @inline(__always)
    func byte(at offset: Int) -> UInt8 {
        assert(offset >= 0 && offset < byteCount, "offset \(offset) outside the document")
        return unsafe bytes[offset]
    }

    /// The next byte; nil at the end.
    @inline(__always)
    var currentByte: UInt8? {
        position < byteCount ? byte(at: position) : nil
    }

    /// Moves to the next byte that is not white space, or to the end.
    @inline(__always)
    mutating func skipWhitespace() {
        while position < byteCount, Self.isWhitespace(byte(at: position)) { position += 1 }
    }

    /// Whether the bytes at the position are `word`, with no further letter or digit after it.
    func matches(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard byteCount - position >= count else { return false }
        for index in 0..<count where unsafe word.utf8Start[index] != byte(at: position + index) { return false }
        return position + count == byteCount || !Self.isWordByte(byte(at: position + count))
    }

    /// The bytes of a range as text; for messages and numbers, where repairing bad UTF-8 does no harm.
    func text(_ range: Range<Int>) -> String {
        unsafe String(decoding: bytes[range], as: UTF8.self)
    }

    static func isWordByte(_ byte: UInt8) -> Bool {
        byte.isASCIILetterOrDigit || byte == UInt8(ascii: "_")
    }
}
