package import Tensors

/// A safetensors file that is open: its header is read, its tensors when they are asked for.
package struct SafeTensorsFile: TensorFile {
    /// In the order of their elements in the file.
    package let entries: [TensorEntry]
    /// Free text by name, from `__metadata__`.
    package let metadata: [String: String]

    private let source: ByteSource
    /// Where the elements of each entry begin in the file, and which entry a name is.
    private let offsets: [Int]
    private let places: [String: Int]

    /// Opens a file; errors do not name it.
    package init(path: String) throws(ModelFormatError) { try self.init(ByteSource(path: path)) }

    /// Reads the header: its size, and JSON that says where each tensor is.
    package init(_ source: ByteSource) throws(ModelFormatError) {
        let prefix = try source.read(0..<min(8, source.byteCount))
        var reader = ByteReader(prefix, part: "safetensors file")
        let size = try reader.uint64()
        guard size <= UInt64(SafeTensorsHeader.maximumByteCount) else {
            throw .malformed(
                part: "safetensors header", expected: "at most \(SafeTensorsHeader.maximumByteCount) bytes",
                found: "\(size)")
        }
        let start = 8 + Int(size)
        guard start <= source.byteCount else {
            throw .truncated(part: "safetensors file", expected: Int(size), found: source.byteCount - 8)
        }
        let (bytes, range) = try source.window(8..<start)
        let header = try SafeTensorsHeader(json: bytes, range)
        try header.checkLayout(byteCount: source.byteCount - start)
        var entries: [TensorEntry] = []
        var offsets: [Int] = []
        for entry in header.entries.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
            let shape = try Shape(
                checking: entry.dimensions, width: entry.encoding.byteCount, byteCount: entry.range.count,
                tensor: entry.name)
            entries.append(TensorEntry(name: entry.name, encoding: entry.encoding, shape: shape))
            offsets.append(start + entry.range.lowerBound)
        }
        self.source = source
        (self.entries, self.offsets) = (entries, offsets)
        places = Dictionary(entries.enumerated().map { ($1.name, $0) }) { first, _ in first }
        metadata = header.metadata
    }

    package func tensor(_ name: String) throws(ModelFormatError) -> Tensor {
        guard let place = places[name] else { preconditionFailure("the file has no tensor \(name)") }
        return try entries[place].encoding.tensor(from: source, at: offsets[place], shape: entries[place].shape)
    }
}
