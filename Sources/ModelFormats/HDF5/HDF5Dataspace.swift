/// The shape of a dataset or an attribute (specification IV.A.2.b).
struct HDF5Dataspace: Sendable {
    /// Outermost first; empty for a single element; nil for none at all.
    let dimensions: [Int64]?

    init(_ reader: inout ByteReader) throws(ModelFormatError) {
        let version = try reader.version(1...2)
        let rank = Int(try reader.uint8())
        _ = try reader.skip(1)
        let type = try reader.uint8()
        if version == 1 { _ = try reader.skip(4) }
        var dimensions: [Int64] = []
        for _ in 0..<rank {
            let size = try reader.uint64()
            guard let size = Int64(exactly: size) else {
                throw .malformed(part: reader.part, expected: "dimensions of at most 2^63", found: "\(size)")
            }
            dimensions.append(size)
        }
        self.dimensions = version == 2 && type == 2 ? nil : dimensions
    }
}
