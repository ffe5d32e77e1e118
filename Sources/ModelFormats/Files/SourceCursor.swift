/// Reads single bytes of a source one after another, a piece at a time.
struct SourceCursor {
    /// Bytes that are read at a time.
    private static let pieceByteCount = 1 << 14

    private let source: ByteSource
    private var bytes: [UInt8] = []
    /// Where the piece begins in the source and in `bytes`, and how long it is.
    private var piece = 0..<0
    private var start = 0

    init(_ source: ByteSource) { self.source = source }

    /// The byte at an offset, which must be there.
    mutating func byte(at offset: Int) throws(ModelFormatError) -> UInt8 {
        if !piece.contains(offset) {
            piece = offset..<min(offset + Self.pieceByteCount, source.byteCount)
            let (bytes, range) = try source.window(piece)
            (self.bytes, start) = (bytes, range.lowerBound)
        }
        return bytes[start + offset - piece.lowerBound]
    }

    /// A range of the bytes.
    func read(_ range: Range<Int>) throws(ModelFormatError) -> ArraySlice<UInt8> {
        guard !range.isEmpty else { return [] }
        let (bytes, range) = try source.window(range)
        return bytes[range]
    }
}
