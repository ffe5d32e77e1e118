/// Reads the messages of an object header, versions 1 and 2, with its continuations.
struct HDF5ObjectHeader {
    /// Most messages of one object.
    private static let maximumMessageCount = 1 << 16

    /// What precedes the messages at most. Bytes.
    private static let maximumPrefixByteCount = 34

    private let storage: HDF5Storage
    private let part: String
    private(set) var messages: [HDF5Message] = []
    /// Blocks of messages that are still to be read.
    private var blocks: [(address: Int, byteCount: Int)] = []
    private var seen: Set<Int> = []
    /// Bytes of all blocks together, which lie beside each other in the file.
    private var byteCount = 0
    private var messageCount = 0

    /// - Parameters:
    ///   - storage: The file.
    ///   - address: Where the header starts.
    ///   - part: What the object is, for messages.
    /// - Throws: for messages outside of the file, or blocks that overlap.
    init(_ storage: HDF5Storage, at address: Int, part: String) throws(ModelFormatError) {
        self.storage = storage
        self.part = part
        var reader = try storage.reader(at: address, upTo: Self.maximumPrefixByteCount, part: part)
        if reader.next == UInt8(ascii: "O") {
            try readVersion2(&reader, at: address)
        } else {
            try readVersion1(&reader, at: address)
        }
    }

    /// Notes a block of messages, each of which may be read once.
    private mutating func add(_ address: Int, _ count: Int) throws(ModelFormatError) {
        guard seen.insert(address).inserted, count <= storage.byteCount - byteCount else {
            throw .malformed(part: part, expected: "blocks of messages that do not overlap", found: "a loop")
        }
        byteCount += count
        blocks.append((address, count))
    }

    private mutating func append(
        _ kind: UInt16, flags: UInt8, at address: Int, _ count: Int
    ) throws(ModelFormatError) {
        messageCount += 1
        guard messageCount <= Self.maximumMessageCount else {
            throw .tooLarge(part: part, byteCount: byteCount, limit: Self.maximumMessageCount)
        }
        guard let kind = HDF5Message.Kind(rawValue: kind) else { return }
        messages.append(HDF5Message(kind: kind, flags: flags, address: address, byteCount: count))
    }

    /// Version 1: messages are aligned to eight bytes (IV.A.1.a).
    private mutating func readVersion1(_ reader: inout ByteReader, at address: Int) throws(ModelFormatError) {
        _ = try reader.version(1...1)
        _ = try reader.skip(1)
        let announced = Int(try reader.uint16())
        _ = try reader.skip(4)
        let count = Int(try reader.uint32())
        try add(address + 16, count)
        while !blocks.isEmpty {
            let block = blocks.removeFirst()
            var reader = try storage.reader(at: block.address, count: block.byteCount, part: part)
            while reader.remaining >= 8, messageCount < announced {
                let kind = try reader.uint16()
                let size = Int(try reader.uint16())
                let flags = try reader.uint8()
                _ = try reader.skip(3)
                let start = block.address + block.byteCount - reader.remaining
                _ = try reader.skip(size)
                try append(kind, flags: flags, at: start, size)
                try continuePast(start, kind, size)
            }
        }
        guard messageCount == announced else {
            throw .malformed(part: part, expected: "\(announced) messages", found: "\(messageCount)")
        }
    }

    /// Version 2: no alignment, but a signature and a checksum around each block (IV.A.1.b).
    private mutating func readVersion2(_ reader: inout ByteReader, at address: Int) throws(ModelFormatError) {
        let available = reader.remaining
        try reader.signature("OHDR")
        _ = try reader.version(2...2)
        let flags = try reader.uint8()
        if flags & 0x20 != 0 { _ = try reader.skip(16) }
        if flags & 0x10 != 0 { _ = try reader.skip(4) }
        let count = try reader.length(exponent: flags & 3)
        try add(address + available - reader.remaining, count)
        let headerCount = flags & 4 != 0 ? 6 : 4
        while !blocks.isEmpty {
            let block = blocks.removeFirst()
            var reader = try storage.reader(at: block.address, count: block.byteCount, part: part)
            while reader.remaining >= headerCount {
                let kind = UInt16(try reader.uint8())
                let size = Int(try reader.uint16())
                let flags = try reader.uint8()
                _ = try reader.skip(headerCount - 4)
                let start = block.address + block.byteCount - reader.remaining
                _ = try reader.skip(size)
                try append(kind, flags: flags, at: start, size)
                try continuePast(start, kind, size, isVersion2: true)
            }
        }
    }

    /// Notes the block that a continuation message points to.
    private mutating func continuePast(
        _ address: Int, _ kind: UInt16, _ size: Int, isVersion2: Bool = false
    ) throws(ModelFormatError) {
        guard kind == HDF5Message.Kind.continuation.rawValue else { return }
        var reader = try storage.reader(at: address, count: size, part: part)
        let block = try reader.requiredAddress()
        let count = try reader.length()
        guard isVersion2 else { return try add(block, count) }
        var start = try storage.reader(at: block, count: count, part: part)
        try start.signature("OCHK")
        guard count >= 8 else { throw .truncated(part: part, expected: 8, found: count) }
        try add(block + 4, count - 8)
    }
}
