/// The names of a group's objects (specification III.D).
struct HDF5LocalHeap {
    private let reader: ByteReader
    /// Bytes of names that may still be read: names do not overlap.
    private var remainingByteCount: Int

    init(_ storage: HDF5Storage, at address: Int, part: String) throws(ModelFormatError) {
        var header = try storage.reader(at: address, upTo: 32, part: part)
        try header.signature("HEAP")
        _ = try header.version(0...0)
        _ = try header.skip(3)
        let count = try header.length()
        _ = try header.skip(8)
        reader = try storage.reader(at: try header.requiredAddress(), count: count, part: part)
        remainingByteCount = count
    }

    /// The name that starts at an offset and ends with a zero.
    mutating func name(at offset: Int) throws(ModelFormatError) -> String {
        var rest = reader
        _ = try rest.skip(offset)
        let range = try rest.skip(min(rest.remaining, remainingByteCount))
        guard let end = rest.bytes[range].firstIndex(of: 0) else {
            throw .malformed(part: rest.part, expected: "a name that ends with a zero", found: "none")
        }
        remainingByteCount -= end - range.lowerBound + 1
        return try rest.text(range.lowerBound..<end)
    }
}
