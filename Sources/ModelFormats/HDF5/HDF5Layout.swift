/// Where the elements of a dataset are (specification IV.A.2.i).
enum HDF5Layout {
    /// In the description itself.
    case whole(ByteReader?)
    /// In one piece; no address when nothing was written.
    case contiguous(address: Int?, byteCount: Int)
    /// In pieces of equal size, found by a tree; no address when nothing was written.
    case chunked(address: Int?, sizes: [Int])

    /// Most bytes of a chunk before filtering: 1 GiB.
    private static let maximumChunkByteCount = 1 << 30

    /// - Parameters:
    ///   - reader: The message.
    ///   - rank: Dimensions of the dataset.
    ///   - width: Bytes of an element.
    /// - Throws: for storage that is not read, or chunks of other dimensions.
    init(_ reader: inout ByteReader, rank: Int, width: Int) throws(ModelFormatError) {
        let version = try reader.version(3...4)
        let kind = try reader.uint8()
        switch kind {
        case 0:
            let range = try reader.skip(Int(try reader.uint16()))
            self = .whole(ByteReader(reader.bytes, range, part: reader.part))
        case 1: self = .contiguous(address: try reader.address(), byteCount: try reader.length())
        case 2 where version == 3:
            let count = Int(try reader.uint8())
            let address = try reader.address()
            var sizes: [Int] = []
            for _ in 0..<count { sizes.append(Int(try reader.uint32())) }
            let byteCount = sizes.reduce(1) {
                min($0 * min($1, Self.maximumChunkByteCount + 1), Self.maximumChunkByteCount + 1)
            }
            guard count == rank + 1, rank > 0, sizes.last == width, !sizes.contains(0),
                byteCount <= Self.maximumChunkByteCount
            else {
                throw .malformed(
                    part: reader.part,
                    expected: "chunks of \(rank) dimensions, at most \(Self.maximumChunkByteCount) bytes",
                    found: "\(sizes)")
            }
            self = .chunked(address: address, sizes: sizes.dropLast())
        default:
            let found = kind == 3 ? "virtual storage" : kind == 2 ? "chunks of layout version 4" : "layout \(kind)"
            throw .unsupported(
                part: reader.part, expected: "contiguous, compact and chunked data inside the file are", found: found)
        }
    }
}
