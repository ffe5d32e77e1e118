/// Texts of any length (specification III.E, IV.B): collections of numbered objects, to which the elements point.
struct HDF5GlobalHeap {
    private let storage: HDF5Storage
    private let part: String
    /// The objects of the collections seen so far.
    private var collections: [Int: [UInt32: Range<Int>]] = [:]
    /// Bytes of texts that may still be read: as many as the file has.
    private var remainingByteCount: Int
    /// Bytes of collections that may still be looked through.
    private var remainingCollectionByteCount: Int

    init(_ storage: HDF5Storage, part: String) {
        self.storage = storage
        self.part = part
        remainingByteCount = storage.byteCount
        remainingCollectionByteCount = storage.byteCount
    }

    /// Reads a reference of 16 bytes, and the text it points to.
    mutating func text(_ reference: inout ByteReader) throws(ModelFormatError) -> String {
        let count = Int(try reference.uint32())
        let address = try reference.address()
        let index = try reference.uint32()
        if count == 0 { return "" }
        guard let address else {
            throw .malformed(part: part, expected: "an address of text", found: "the undefined one")
        }
        if collections[address] == nil { collections[address] = try objects(at: address) }
        guard let object = collections[address]?[index], object.count >= count, count <= remainingByteCount else {
            throw .malformed(part: part, expected: "a text of \(count) bytes in the global heap", found: "none")
        }
        remainingByteCount -= count
        var reader = try storage.reader(at: object.lowerBound, count: count, part: part)
        return try reader.text(try reader.skip(count))
    }

    /// Where the objects of a collection are, by their numbers.
    private mutating func objects(at address: Int) throws(ModelFormatError) -> [UInt32: Range<Int>] {
        var header = try storage.reader(at: address, upTo: 16, part: part)
        try header.signature("GCOL")
        _ = try header.version(1...1)
        _ = try header.skip(3)
        let count = try header.length()
        guard count >= 16, count <= remainingCollectionByteCount else {
            throw .malformed(part: part, expected: "collections of text inside the file", found: "\(count) bytes")
        }
        remainingCollectionByteCount -= count
        var reader = try storage.reader(at: address, count: count, part: part)
        _ = try reader.skip(16)
        var objects: [UInt32: Range<Int>] = [:]
        while reader.remaining >= 16 {
            let index = UInt32(try reader.uint16())
            _ = try reader.skip(6)
            let size = try reader.length()
            // Number 0 is the space that is left.
            if index == 0 { break }
            let start = address + count - reader.remaining
            _ = try reader.skip(size)
            _ = try reader.skip(min(reader.remaining, (8 - size % 8) % 8))
            objects[index] = start..<(start + size)
        }
        return objects
    }
}
