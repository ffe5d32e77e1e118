/// One instruction of a pickle with what follows it.
struct PickleInstruction {
    let opcode: PickleOpcode
    /// The number that follows, little-endian; for counted bytes their count. 0 without one.
    let number: UInt64
    /// The bytes or the first line that follow, and the second line.
    let bytes: Range<Int>
    let second: Range<Int>

    /// Longest line: names of modules and classes. Bytes.
    private static let maximumLineByteCount = 1024

    /// Reads the next instruction.
    init(_ reader: inout ByteReader) throws(ModelFormatError) {
        let byte = try reader.uint8()
        guard let opcode = PickleOpcode(rawValue: byte) else {
            throw .malformed(part: reader.part, expected: "an instruction", found: "byte \(byte)")
        }
        self.opcode = opcode
        let empty = reader.offset..<reader.offset
        switch opcode.argument {
        case .none: (number, bytes, second) = (0, empty, empty)
        case .number(let byteCount):
            (number, bytes, second) = (try Self.number(&reader, byteCount), empty, empty)
        case .counted(let byteCount):
            number = try Self.number(&reader, byteCount)
            guard let count = Int(exactly: number) else {
                throw .truncated(part: reader.part, expected: .max, found: reader.remaining)
            }
            (bytes, second) = (try reader.skip(count), empty)
        case .lines(let count):
            number = 0
            bytes = try Self.line(&reader)
            second = count == 2 ? try Self.line(&reader) : empty
        }
    }

    private static func number(_ reader: inout ByteReader, _ byteCount: Int) throws(ModelFormatError) -> UInt64 {
        switch byteCount {
        case 1: UInt64(try reader.uint8())
        case 2: UInt64(try reader.uint16())
        case 4: UInt64(try reader.uint32())
        default: try reader.uint64()
        }
    }

    /// A line without its end.
    private static func line(_ reader: inout ByteReader) throws(ModelFormatError) -> Range<Int> {
        let start = reader.offset
        while reader.offset - start <= maximumLineByteCount {
            if try reader.uint8() == UInt8(ascii: "\n") { return start..<(reader.offset - 1) }
        }
        throw .malformed(
            part: reader.part, expected: "lines of at most \(maximumLineByteCount) bytes", found: "a longer one")
    }
}
