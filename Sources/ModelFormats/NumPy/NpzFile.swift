package import Tensors

/// An archive in NumPy's `.npz` format that is open: its arrays are read when they are asked for.
package struct NpzFile: TensorFile {
    /// In the order of the archive, without the `.npy` of the members' names.
    package let entries: [TensorEntry]
    private let archive: ZipArchive

    /// What precedes the elements of an array at most. Bytes.
    private static let maximumPrefixByteCount = NpyReader.maximumHeaderByteCount + 12

    /// Opens a file; errors do not name it.
    package init(path: String) throws(ModelFormatError) { try self.init(ByteSource(path: path)) }

    /// Reads the directory and the headers of all arrays.
    package init(
        _ source: ByteSource, limits: ZipArchive.Limits = ZipArchive.Limits()
    ) throws(ModelFormatError) {
        archive = try ZipArchive(source: source, limits: limits)
        var entries: [TensorEntry] = []
        for member in archive.entries {
            guard member.name.hasSuffix(".npy") else {
                throw .unsupported(
                    part: "npz archive", expected: "members named .npy are", found: member.name.quoted)
            }
            let name = String(member.name.dropLast(4))
            let header = try Self.header(member, archive, name: name).header
            let shape = try Shape(
                checking: header.dimensions, width: header.encoding.byteCount, tensor: name)
            entries.append(TensorEntry(name: name, encoding: header.encoding, shape: shape))
        }
        self.entries = entries
    }

    /// The header of an array, and how many bytes precede its elements.
    private static func header(
        _ member: ZipArchive.Entry, _ archive: ZipArchive, name: String
    ) throws(ModelFormatError) -> (header: NpyHeader, start: Int) {
        let contents: (bytes: [UInt8], range: Range<Int>)
        if member.method == .stored {
            let first = member.range.lowerBound
            contents = try archive.source.window(
                first..<(first + min(member.byteCount, maximumPrefixByteCount)))
        } else {
            contents = try archive.contents(of: member)
        }
        let (header, end) = try NpyReader.header(of: contents.bytes, contents.range, name: name)
        return (header, end - contents.range.lowerBound)
    }

    package func tensor(_ name: String) throws(ModelFormatError) -> Tensor {
        guard let member = archive[name + ".npy"] else { preconditionFailure("the file has no array \(name)") }
        guard member.method == .stored else {
            let (bytes, range) = try archive.contents(of: member)
            return try NpyReader.tensor(from: bytes, range, name: name)
        }
        let (header, start) = try Self.header(member, archive, name: name)
        let shape = try Shape(
            checking: header.dimensions, width: header.encoding.byteCount, byteCount: member.byteCount - start,
            tensor: name)
        let place = member.range.lowerBound + start
        guard header.fortranOrder, shape.rank > 1 else {
            return try header.encoding.tensor(
                from: archive.source, at: place, shape: shape, bigEndian: header.bigEndian)
        }
        // In column-major order the bytes are those of the transposed array in row-major order.
        return try header.encoding.tensor(
            from: archive.source, at: place, shape: Shape(shape.dimensions.reversed()), bigEndian: header.bigEndian
        ).transposed()
    }
}
