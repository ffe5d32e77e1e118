/// Reads bytes and little-endian integers one after another, never past the end.
struct ByteReader {
    let bytes: [UInt8]
    /// What the bytes are, for messages.
    let part: String
    private(set) var offset: Int
    private let end: Int

    /// Reads `range` of `bytes`; nil reads all.
    init(_ bytes: [UInt8], _ range: Range<Int>? = nil, part: String) {
        let range = range ?? 0..<bytes.count
        precondition(range.upperBound <= bytes.count, "range past the end")
        self.bytes = bytes
        self.part = part
        offset = range.lowerBound
        end = range.upperBound
    }

    /// Bytes that are left.
    var remaining: Int { end - offset }

    /// Steps over `count` bytes and returns where they are.
    mutating func skip(_ count: Int) throws(ModelFormatError) -> Range<Int> {
        guard count >= 0, count <= remaining else {
            throw .truncated(part: part, expected: count, found: remaining)
        }
        defer { offset += count }
        return offset..<(offset + count)
    }

    mutating func uint8() throws(ModelFormatError) -> UInt8 { UInt8(try integer(byteCount: 1)) }
    mutating func uint16() throws(ModelFormatError) -> UInt16 { UInt16(try integer(byteCount: 2)) }
    mutating func uint32() throws(ModelFormatError) -> UInt32 { UInt32(try integer(byteCount: 4)) }
    mutating func uint64() throws(ModelFormatError) -> UInt64 { try integer(byteCount: 8) }

    /// The next byte without stepping over it.
    var next: UInt8? { remaining > 0 ? bytes[offset] : nil }

    private mutating func integer(byteCount: Int) throws(ModelFormatError) -> UInt64 {
        var value: UInt64 = 0
        for (place, index) in try skip(byteCount).enumerated() { value |= UInt64(bytes[index]) << (8 * UInt64(place)) }
        return value
    }
}
