/// A step that chunks went through when they were written (specification IV.A.2.l); reading undoes the last one first.
enum HDF5Filter: Sendable, Equatable {
    /// zlib.
    case deflate
    /// The first bytes of all elements, then their second bytes, and so on.
    case shuffle(width: Int)
    /// A checksum of four bytes at the end.
    case fletcher32

    /// Names of filters that are not read, for messages.
    private static let names: [UInt16: String] = [
        4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf", 32001: "blosc", 32004: "lz4", 32008: "bitshuffle",
        32013: "zfp", 32015: "zstd", 32026: "blosc2",
    ]

    /// Reads a list of filters, for elements of `width` bytes.
    static func filters(_ reader: inout ByteReader, width: Int) throws(ModelFormatError) -> [HDF5Filter] {
        let version = try reader.version(1...2)
        let count = try reader.uint8()
        if version == 1 { _ = try reader.skip(6) }
        var filters: [HDF5Filter] = []
        for _ in 0..<count {
            let id = try reader.uint16()
            let nameCount = version == 1 || id >= 256 ? Int(try reader.uint16()) : 0
            _ = try reader.skip(2)
            let valueCount = Int(try reader.uint16())
            _ = try reader.skip(version == 1 ? (nameCount + 7) / 8 * 8 : nameCount)
            _ = try reader.skip(4 * (version == 1 ? (valueCount + 1) / 2 * 2 : valueCount))
            switch id {
            case 1: filters.append(.deflate)
            case 2: filters.append(.shuffle(width: width))
            case 3: filters.append(.fletcher32)
            default:
                throw .unsupported(
                    part: reader.part, expected: "the filters gzip, shuffle and fletcher32 are",
                    found: names[id] ?? "filter \(id)")
            }
        }
        return filters
    }

    /// Undoes the filter.
    /// - Parameters:
    ///   - bytes: What the filter made.
    ///   - byteCount: The chunk's bytes before any filter.
    ///   - part: What the dataset is, for messages.
    /// - Returns: What it was made of.
    /// - Throws: when the filter cannot have made it.
    func undo(_ bytes: [UInt8], byteCount: Int, part: String) throws(ModelFormatError) -> [UInt8] {
        switch self {
        case .deflate:
            return try Inflater.inflate(bytes, 0..<bytes.count, byteCount: byteCount, format: .zlib, part: part)
        case .shuffle(let width): return Self.unshuffle(bytes, width: width)
        case .fletcher32:
            guard bytes.count >= 4 else { throw .truncated(part: part, expected: 4, found: bytes.count) }
            let data = Array(bytes.dropLast(4))
            let stored = bytes.suffix(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
            // Sums modulo 65,535, where 0 may be written as 65,535.
            let sums = Self.checksum(data)
            guard sums.second == (stored >> 16) % 65_535, sums.first == (stored & 0xFFFF) % 65_535 else {
                throw .malformed(
                    part: part, expected: "chunks with the checksum they were written with", found: "another")
            }
            return data
        }
    }

    private static func unshuffle(_ bytes: [UInt8], width: Int) -> [UInt8] {
        let count = bytes.count / max(width, 1)
        guard width > 1, count > 1 else { return bytes }
        // Bytes that make no whole element stay where they are.
        var result = bytes
        for place in 0..<width {
            for index in 0..<count { result[index * width + place] = bytes[place * count + index] }
        }
        return result
    }

    /// Fletcher's checksum over 16-bit words, the first byte of which counts most.
    static func checksum(_ bytes: [UInt8]) -> (first: UInt32, second: UInt32) {
        var (first, second): (UInt32, UInt32) = (0, 0)
        for index in stride(from: 0, to: bytes.count, by: 2) {
            let low = index + 1 < bytes.count ? bytes[index + 1] : 0
            first = (first + (UInt32(bytes[index]) << 8 | UInt32(low))) % 65_535
            second = (second + first) % 65_535
        }
        return (first, second)
    }
}
