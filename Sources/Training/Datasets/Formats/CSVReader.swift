/// Reads rows of comma-separated values (RFC 4180) one at a time, in bounded memory. Fields may be quoted, and then
/// hold delimiters, line ends and doubled quotes; lines end with LF or CRLF; empty lines are skipped; a byte-order mark
/// too.
///
///     file   = record *(line-end record)
///     record = field *(delimiter field)
///     field  = quoted / plain
package struct CSVReader {
    /// One field of the current row.
    package struct Field {
        /// Where it stands in the row's bytes, without quotes.
        let range: Range<Int>
        package let isQuoted: Bool
    }

    /// Most bytes of a row: 16 MiB.
    static let maximumRowByteCount = 16 << 20
    private static let chunkByteCount = 1 << 20

    private let source: DatasetSource
    let delimiter: UInt8
    private var chunk: [UInt8] = []
    private var place = 0
    /// Where the next chunk starts.
    private var offset = 0
    /// Lines that ended so far.
    private var lineEnds = 0

    /// The fields of the current row.
    package private(set) var fields: [Field] = []
    /// The line from 1 on which the current row starts.
    private(set) var line = 0
    private var bytes: [UInt8] = []

    package init(_ source: DatasetSource) throws(DatasetError) {
        self.source = source
        let start = try source.read(0..<min(source.byteCount, 1 << 16))
        delimiter = Self.delimiter(of: start)
        if start.starts(with: [0xEF, 0xBB, 0xBF]) { offset = 3 }
        guard start.contains(10) || !start.dropLast().contains(13) else {
            throw .source(
                source.name, line: 1, column: nil, expected: "lines that end with LF or CRLF", found: "CR alone")
        }
    }

    /// Reads the next row; false at the end.
    package mutating func next() throws(DatasetError) -> Bool {
        repeat {
            guard try peek() != nil else { return false }
            fields.removeAll(keepingCapacity: true)
            bytes.removeAll(keepingCapacity: true)
            line = lineEnds + 1
            while try readField() {}
        } while fields.count == 1 && fields[0].range.isEmpty && !fields[0].isQuoted
        return true
    }

    /// A field of the current row as text.
    package func text(_ field: Field) throws(DatasetError) -> String {
        guard let text = String(validating: bytes[field.range], as: UTF8.self) else {
            throw error(expected: "text in UTF-8", found: "other bytes")
        }
        return text
    }

    /// A field without the spaces around it.
    package func trimmed(_ field: Field) -> ArraySlice<UInt8> {
        var slice = bytes[field.range]
        guard !field.isQuoted else { return slice }
        while let first = slice.first, first == 0x20 || first == 9 { slice.removeFirst() }
        while let last = slice.last, last == 0x20 || last == 9 { slice.removeLast() }
        return slice
    }

    /// An error in the current row.
    package func error(column: String? = nil, expected: String, found: String) -> DatasetError {
        .source(source.name, line: line, column: column, expected: expected, found: found)
    }

    /// Reads one field and what ends it; false when that ends the row.
    private mutating func readField() throws(DatasetError) -> Bool {
        guard fields.count < DatasetWriter.maximumColumns else {
            throw error(expected: "at most \(DatasetWriter.maximumColumns) columns", found: "more")
        }
        let start = bytes.count
        let isQuoted = try peek() == UInt8(ascii: "\"")
        if isQuoted { try readQuoted() }
        while let byte = try peek(), byte != delimiter, byte != 10, byte != 13 || !isLineEnd {
            guard !isQuoted, byte != UInt8(ascii: "\"") else {
                throw error(
                    expected: isQuoted ? "a delimiter after a closing quote" : "quotes around a whole field only",
                    found: "other text beside them")
            }
            try append(byte)
            place += 1
        }
        fields.append(Field(range: start..<bytes.count, isQuoted: isQuoted))
        return try endField()
    }

    /// Whether CR at the position belongs to a line's end; a lone one is text.
    private var isLineEnd: Bool { place + 1 >= chunk.count || chunk[place + 1] == 10 }

    private mutating func endField() throws(DatasetError) -> Bool {
        guard let byte = try peek() else { return false }
        place += 1
        if byte == delimiter { return true }
        if byte == 13, try peek() == 10 { place += 1 }
        lineEnds += 1
        return false
    }

    /// Reads `"…"`; a doubled quote stands for one.
    private mutating func readQuoted() throws(DatasetError) {
        place += 1
        while let byte = try peek() {
            place += 1
            if byte == UInt8(ascii: "\"") {
                guard try peek() == UInt8(ascii: "\"") else { return }
                place += 1
            }
            if byte == 10 { lineEnds += 1 }
            try append(byte)
        }
        throw error(expected: "a closing quote", found: "the end of the file")
    }

    private mutating func append(_ byte: UInt8) throws(DatasetError) {
        guard bytes.count < Self.maximumRowByteCount else {
            throw error(expected: "at most \(Self.maximumRowByteCount) bytes in a row", found: "more")
        }
        bytes.append(byte)
    }

    /// The next byte; nil at the end of the file.
    private mutating func peek() throws(DatasetError) -> UInt8? {
        if place < chunk.count { return chunk[place] }
        guard offset < source.byteCount else { return nil }
        let end = min(offset + Self.chunkByteCount, source.byteCount)
        chunk = try source.read(offset..<end)
        (offset, place) = (end, 0)
        return chunk.first
    }

    /// The one of comma, semicolon and tabulator that the first line has most of.
    private static func delimiter(of bytes: [UInt8]) -> UInt8 {
        var counts: [UInt8: Int] = [:]
        var isQuoted = false
        for byte in bytes {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == 10, !isQuoted, !counts.isEmpty { break }
            if !isQuoted, [UInt8(ascii: ","), UInt8(ascii: ";"), 9].contains(byte) { counts[byte, default: 0] += 1 }
        }
        let comma = UInt8(ascii: ",")
        return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? comma
    }
}
