/// The texts of a column of a stored dataset, by number.
final class StringTable: Sendable {
    /// Bytes up to which all texts are kept in memory.
    private static let memoryByteCount = 16 << 20

    private let bytes: StoredFile
    private let offsets: StoredFile
    private let texts: [String]?

    init(directory: String, column: Int) throws(DatasetError) {
        bytes = try StoredFile(path: Self.path(directory, column))
        offsets = try StoredFile(path: Self.path(directory, column) + ".offsets")
        let count = offsets.byteCount / 8
        guard bytes.byteCount <= Self.memoryByteCount, count <= 1 << 20 else {
            texts = nil
            return
        }
        let starts = try offsets.values(UInt64.self, from: 0, count: count).map { Int($0) }
        let all = try bytes.values(UInt8.self, from: 0, count: bytes.byteCount)
        let ends = starts.dropFirst() + [all.count]
        texts = zip(starts, ends).map {
            $0 <= $1 && $1 <= all.count ? String(decoding: all[$0..<$1], as: UTF8.self) : ""
        }
    }

    static func path(_ directory: String, _ column: Int) -> String { "\(directory)/strings/\(column)" }

    /// The text of a number; nil for one that no text has.
    func text(_ index: UInt32) throws(DatasetError) -> String? {
        let index = Int(index)
        if let texts { return index < texts.count ? texts[index] : nil }
        let count = offsets.byteCount / 8
        guard index < count else { return nil }
        let range = try offsets.values(UInt64.self, from: index, count: index + 1 < count ? 2 : 1).map { Int($0) }
        let end = range.count == 2 ? range[1] : bytes.byteCount
        guard range[0] <= end, end <= bytes.byteCount else { return nil }
        return String(decoding: try bytes.values(UInt8.self, from: range[0], count: end - range[0]), as: UTF8.self)
    }
}
