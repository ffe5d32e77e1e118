/// Walks a version 1 B-tree (specification III.A), level by level, each node once.
struct HDF5Tree {
    /// Where a chunk of a dataset is.
    struct Chunk {
        /// Bytes in the file, after filtering.
        let byteCount: Int
        /// Bit i says that filter i was left out.
        let filterMask: UInt32
        /// The place of its first element in the dataset, one number for each dimension.
        let offsets: [Int]
        let address: Int
    }

    /// Most levels of a tree; each node holds 2 children at least.
    private static let maximumLevel: UInt8 = 32
    /// Bytes of a node before its keys.
    private static let headerByteCount = 24

    private let storage: HDF5Storage
    private let part: String

    init(_ storage: HDF5Storage, part: String) {
        self.storage = storage
        self.part = part
    }

    /// The addresses of the symbol table nodes of a group.
    func symbolNodes(at root: Int) throws(ModelFormatError) -> [Int] {
        var nodes: [Int] = []
        var seen: Set<Int> = []
        try walk(root, type: 0, keyByteCount: 8) { reader throws(ModelFormatError) in
            // The name before each child is not needed.
            _ = try reader.skip(8)
            return try reader.requiredAddress()
        } leaf: { reader throws(ModelFormatError) in
            _ = try reader.skip(8)
            let address = try reader.requiredAddress()
            guard seen.insert(address).inserted else { throw loop }
            nodes.append(address)
        }
        return nodes
    }

    /// The chunks of a dataset of `rank` dimensions.
    func chunks(at root: Int, rank: Int) throws(ModelFormatError) -> [Chunk] {
        var chunks: [Chunk] = []
        try walk(root, type: 1, keyByteCount: 8 + 8 * (rank + 1)) { reader throws(ModelFormatError) in
            // Each key ends with an offset within the element, which is 0.
            _ = try reader.skip(8 + 8 * (rank + 1))
            return try reader.requiredAddress()
        } leaf: { reader throws(ModelFormatError) in
            let count = Int(try reader.uint32())
            let mask = try reader.uint32()
            var offsets: [Int] = []
            for _ in 0..<rank { offsets.append(try reader.length()) }
            _ = try reader.skip(8)
            let address = try reader.requiredAddress()
            chunks.append(Chunk(byteCount: count, filterMask: mask, offsets: offsets, address: address))
        }
        return chunks
    }

    private var loop: ModelFormatError {
        .malformed(part: part, expected: "a tree, each node of which is in it once", found: "a loop")
    }

    /// Reads all nodes; `inner` reads a key and gives the child's address, `leaf` reads one of a lowest node.
    private func walk(
        _ root: Int, type: UInt8, keyByteCount: Int, inner: (inout ByteReader) throws(ModelFormatError) -> Int,
        leaf: (inout ByteReader) throws(ModelFormatError) -> Void
    ) throws(ModelFormatError) {
        var open: [(address: Int, level: UInt8?)] = [(root, nil)]
        var seen: Set<Int> = []
        while let node = open.popLast() {
            guard seen.insert(node.address).inserted else { throw loop }
            var header = try storage.reader(at: node.address, upTo: Self.headerByteCount, part: part)
            try header.signature("TREE")
            let (found, level) = (try header.uint8(), try header.uint8())
            guard found == type, level == node.level ?? level, level <= Self.maximumLevel else {
                throw .malformed(
                    part: part, expected: "a tree node of type \(type) and level \(node.level ?? 0)",
                    found: "type \(found) and level \(level)")
            }
            let count = Int(try header.uint16())
            _ = try header.skip(16)
            var reader = try storage.reader(
                at: node.address + Self.headerByteCount, count: count * (keyByteCount + 8), part: part)
            var children: [Int] = []
            for _ in 0..<count {
                if level == 0 { try leaf(&reader) } else { children.append(try inner(&reader)) }
            }
            open += children.reversed().map { ($0, level - 1) }
        }
    }
}
