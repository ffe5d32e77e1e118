/// A model file as a message without the elements of its large tensors, which stay where they are in the file: protobuf
/// would copy them several times.
///
/// Only what is large and where tensors may be is looked into (github.com/protocolbuffers, "Encoding"); everything else, and
/// everything that is not as it should be, comes through as it is, for the reader of the message to judge.
struct ONNXSkeleton {
    /// Messages that tensors are in.
    private enum Message {
        case model, graph, node, attribute, tensor

        /// What a field holds; nil when tensors cannot be in it.
        func message(inField number: UInt64) -> Message? {
            switch (self, number) {
            case (.model, 7), (.attribute, 6), (.attribute, 11): .graph
            case (.graph, 1): .node
            case (.graph, 5), (.attribute, 5), (.attribute, 10): .tensor
            case (.node, 5): .attribute
            default: nil
            }
        }
    }

    /// A field of a message: the number, where it begins, and its content if that has a length of its own.
    private struct Field {
        let number: UInt64
        let start: Int
        let end: Int
        let content: Range<Int>?
    }

    /// Messages inside each other; SwiftProtobuf takes as many.
    private static let maximumDepth = 100
    private static let rawData: UInt64 = 9

    /// The message.
    private(set) var bytes: [UInt8] = []
    /// Where the elements are.
    private(set) var stored: ONNXStoredData
    private var cursor: SourceCursor
    /// Bytes from which on elements stay in the file.
    private let largeByteCount: Int

    /// - Parameters:
    ///   - source: The file.
    ///   - largeByteCount: Bytes from which on elements stay in it.
    /// - Throws: when the file cannot be read.
    init(_ source: ByteSource, largeByteCount: Int) throws(ModelFormatError) {
        self.largeByteCount = largeByteCount
        stored = ONNXStoredData(source)
        cursor = SourceCursor(source)
        bytes = try rewritten(.model, 0..<source.byteCount, depth: 1)
    }

    /// A message without the elements of its large tensors.
    private mutating func rewritten(
        _ message: Message, _ range: Range<Int>, depth: Int
    ) throws(ModelFormatError) -> [UInt8] {
        var result: [UInt8] = []
        // Fields that stay as they are go together.
        var kept = range.lowerBound
        var offset = range.lowerBound
        while let field = try field(at: offset, in: range) {
            offset = field.end
            guard let content = field.content, content.count >= largeByteCount else { continue }
            let replacement: [UInt8]
            if message == .tensor, field.number == Self.rawData {
                replacement = stored.add(content)
            } else if depth < Self.maximumDepth, let inner = message.message(inField: field.number) {
                replacement = try rewritten(inner, content, depth: depth + 1)
            } else {
                continue
            }
            result += try cursor.read(kept..<field.start)
            kept = field.end
            Self.append(field.number, replacement, to: &result)
        }
        result += try cursor.read(kept..<range.upperBound)
        return result
    }

    /// The field that begins at `offset`; nil at the end of the message, and for what is no field.
    private mutating func field(at offset: Int, in range: Range<Int>) throws(ModelFormatError) -> Field? {
        guard let (tag, start) = try varint(at: offset, before: range.upperBound) else { return nil }
        var (end, content): (Int, Range<Int>?) = (start, nil)
        switch tag & 7 {
        case 0:
            guard let (_, next) = try varint(at: start, before: range.upperBound) else { return nil }
            end = next
        case 1: end = start + 8
        case 2:
            guard let (length, next) = try varint(at: start, before: range.upperBound),
                length <= UInt64(range.upperBound - next)
            else { return nil }
            end = next + Int(length)
            content = next..<end
        case 5: end = start + 4
        default: return nil
        }
        guard end <= range.upperBound else { return nil }
        return Field(number: tag >> 3, start: offset, end: end, content: content)
    }

    /// A number of seven bits a byte, and where it ends; nil when it does not end in time.
    private mutating func varint(at offset: Int, before end: Int) throws(ModelFormatError) -> (UInt64, Int)? {
        var value: UInt64 = 0
        for place in 0..<10 where offset + place < end {
            let byte = try cursor.byte(at: offset + place)
            guard place < 9 || byte <= 1 else { return nil }
            value |= UInt64(byte & 0x7F) << (7 * UInt64(place))
            if byte < 0x80 { return (value, offset + place + 1) }
        }
        return nil
    }

    private static func append(_ number: UInt64, _ content: [UInt8], to bytes: inout [UInt8]) {
        for var value in [number << 3 | 2, UInt64(content.count)] {
            while value >= 0x80 {
                bytes.append(UInt8(truncatingIfNeeded: value) | 0x80)
                value >>= 7
            }
            bytes.append(UInt8(value))
        }
        bytes += content
    }
}
