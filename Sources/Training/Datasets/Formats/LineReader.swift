import JSON
import ModelFormats

/// Reads JSON lines: one object a line, in bounded memory.
struct LineReader {
    /// Most bytes of a line, whose tree takes some 30 times as many: 8 MiB.
    static let maximumLineByteCount = 8 << 20
    private static let chunkByteCount = 1 << 20

    private let source: DatasetSource
    private var chunk: [UInt8] = []
    private var place = 0
    private var offset = 0
    /// The line from 1 that was read last.
    private(set) var line = 0

    init(_ source: DatasetSource) { self.source = source }

    /// The members of the next line's object; nil at the end. Empty lines are skipped.
    mutating func next() throws(DatasetError) -> [JSONMember]? {
        while let bytes = try nextLine() {
            guard bytes.contains(where: { $0 > 0x20 }) else { continue }
            let value: JSONValue
            do {
                value = try JSONValue(parsing: bytes, maximumDepth: 12)
            } catch {
                throw self.error(expected: "one JSON object", found: "\(error)")
            }
            guard let members = value.members else {
                throw error(expected: "one JSON object", found: JSONFields.text(value))
            }
            return members
        }
        return nil
    }

    /// An error on the current line.
    func error(column: String? = nil, expected: String, found: String) -> DatasetError {
        .source(source.name, line: line, column: column, expected: expected, found: found)
    }

    /// The bytes up to the next line feed; nil at the end.
    private mutating func nextLine() throws(DatasetError) -> [UInt8]? {
        var bytes: [UInt8] = []
        while true {
            if place == chunk.count {
                guard offset < source.byteCount else {
                    guard !bytes.isEmpty else { return nil }
                    line += 1
                    return bytes
                }
                let end = min(offset + Self.chunkByteCount, source.byteCount)
                chunk = try source.read(offset..<end)
                (offset, place) = (end, 0)
            }
            let rest = chunk[place...]
            let end = rest.firstIndex(of: 10) ?? chunk.count
            bytes += chunk[place..<end]
            place = min(end + 1, chunk.count)
            guard bytes.count <= Self.maximumLineByteCount else {
                line += 1
                throw error(expected: "at most \(Self.maximumLineByteCount) bytes in a line", found: "more")
            }
            guard end == chunk.count else {
                line += 1
                return bytes
            }
        }
    }
}
