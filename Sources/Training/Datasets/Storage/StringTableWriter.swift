/// Writes the texts of a column, each once as long as there are not too many.
final class StringTableWriter {
    /// Different texts that are told apart; later new ones are stored each time they come.
    private static let maximumCount = 1 << 16
    /// Bytes of these.
    private static let maximumByteCount = 32 << 20

    private let bytes: FileWriter
    private let offsets: FileWriter
    private var indices: [String: UInt32] = [:]
    private var count: UInt32 = 0

    init(directory: String, column: Int) throws(DatasetError) {
        bytes = try FileWriter(path: StringTable.path(directory, column))
        offsets = try FileWriter(path: StringTable.path(directory, column) + ".offsets")
    }

    /// The number of a text.
    func index(of text: String) throws(DatasetError) -> UInt32 {
        if let index = indices[text] { return index }
        // The greatest number stands for a missing value.
        guard count < UInt32.max - 1 else {
            throw .source("the column", line: nil, column: nil, expected: "at most \(count) texts", found: "more")
        }
        let index = count
        try offsets.write(UInt64(bytes.byteCount))
        try bytes.write(Array(text.utf8))
        count += 1
        if indices.count < Self.maximumCount, bytes.byteCount < Self.maximumByteCount { indices[text] = index }
        return index
    }

    func finish() throws(DatasetError) {
        try bytes.finish()
        try offsets.finish()
    }
}
