/// The first structure of an HDF5 file (specification II.A): where the root group is.
struct HDF5Superblock {
    private static let part = "HDF5 superblock"
    /// What the longest version has.
    private static let maximumByteCount = 96
    /// `\x89HDF\r\n\x1A\n`
    static let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]

    let rootAddress: Int

    /// Reads versions 0 to 3 and checks that the file is whole.
    init(_ storage: HDF5Storage) throws(ModelFormatError) {
        var reader = try storage.reader(at: 0, upTo: Self.maximumByteCount, part: Self.part)
        guard reader.remaining >= Self.signature.count,
            reader.bytes[try reader.skip(Self.signature.count)].elementsEqual(Self.signature)
        else {
            throw .malformed(part: "HDF5 file", expected: "\\x89HDF as its first bytes", found: "something else")
        }
        let version = try reader.version(0...3)
        let end: Int
        if version <= 1 {
            _ = try reader.skip(4)
            try Self.checkSizes(&reader)
            // The sizes of tree nodes, and flags.
            _ = try reader.skip(version == 0 ? 9 : 13)
            try Self.checkBase(&reader)
            _ = try reader.skip(8)
            end = try reader.requiredAddress()
            // The driver's block and the name of the root group.
            _ = try reader.skip(16)
        } else {
            try Self.checkSizes(&reader)
            _ = try reader.skip(1)
            try Self.checkBase(&reader)
            _ = try reader.skip(8)
            end = try reader.requiredAddress()
        }
        rootAddress = try reader.requiredAddress()
        guard end <= storage.byteCount else {
            throw .truncated(part: "HDF5 file", expected: end, found: storage.byteCount)
        }
    }

    private static func checkSizes(_ reader: inout ByteReader) throws(ModelFormatError) {
        let (offsets, lengths) = (try reader.uint8(), try reader.uint8())
        guard offsets == 8, lengths == 8 else {
            throw .unsupported(
                part: part, expected: "addresses and sizes of 8 bytes are", found: "\(offsets) and \(lengths)")
        }
    }

    private static func checkBase(_ reader: inout ByteReader) throws(ModelFormatError) {
        let base = try reader.requiredAddress()
        guard base == 0 else {
            throw .unsupported(part: part, expected: "files without a user block are", found: "one of \(base) bytes")
        }
    }
}
