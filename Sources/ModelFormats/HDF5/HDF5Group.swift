/// The names in a group, and where their objects are.
///
/// Both ways of storing them are read: a tree of names (specification III.A, III.C) and link messages (IV.A.2.g).
struct HDF5Group: Sendable {
    let object: HDF5Object
    private let addresses: [String: Int]

    /// Most names in a group.
    private static let maximumLinkCount = 1 << 20
    /// Bytes of a name's entry in a symbol table.
    private static let symbolByteCount = 40

    /// Reads the names of a group.
    /// - Throws: when the object is no group, or links to names or other files.
    init(_ object: HDF5Object) throws(ModelFormatError) {
        self.object = object
        guard object.isGroup else {
            throw .malformed(part: object.part, expected: "a group", found: "something else")
        }
        var addresses: [String: Int] = [:]
        if var reader = try object.message(.symbolTable) {
            let tree = try reader.requiredAddress()
            var heap = try HDF5LocalHeap(object.storage, at: try reader.requiredAddress(), part: object.part)
            for node in try HDF5Tree(object.storage, part: object.part).symbolNodes(at: tree) {
                try Self.readSymbols(object, at: node, &heap, into: &addresses)
            }
        }
        if var reader = try object.message(.linkInfo) { try Self.refuseDenseLinks(&reader) }
        for var reader in try object.messages(.link) { try Self.readLink(&reader, into: &addresses) }
        self.addresses = addresses
    }

    /// The names, sorted.
    var names: [String] { addresses.keys.sorted() }

    /// The object of that name; nil when there is none.
    func object(_ name: String) throws(ModelFormatError) -> HDF5Object? {
        guard let address = addresses[name] else { return nil }
        return try HDF5Object(
            object.storage, at: address, path: object.path.isEmpty ? name : "\(object.path)/\(name)")
    }

    /// The group at a path of names with slashes between; nil when there is none.
    func group(_ path: String) throws(ModelFormatError) -> HDF5Group? {
        var group = self
        for name in path.split(separator: "/") {
            guard let object = try group.object(String(name)), object.isGroup else { return nil }
            group = try HDF5Group(object)
        }
        return group
    }

    /// A symbol table node: names with the addresses of their objects.
    private static func readSymbols(
        _ object: HDF5Object, at address: Int, _ heap: inout HDF5LocalHeap, into addresses: inout [String: Int]
    ) throws(ModelFormatError) {
        var header = try object.storage.reader(at: address, upTo: 8, part: object.part)
        try header.signature("SNOD")
        _ = try header.version(1...1)
        _ = try header.skip(1)
        let count = Int(try header.uint16())
        var reader = try object.storage.reader(at: address + 8, count: count * symbolByteCount, part: object.part)
        for _ in 0..<count {
            let name = try heap.name(at: try reader.length())
            let target = try reader.address()
            // 2 marks a link to another name.
            guard try reader.uint32() != 2, let target else {
                throw .unsupported(part: object.part, expected: "hard links are", found: "\(name.quoted), a soft link")
            }
            _ = try reader.skip(20)
            try add(name, target, reader, into: &addresses)
        }
    }

    private static func readLink(
        _ reader: inout ByteReader, into addresses: inout [String: Int]
    ) throws(ModelFormatError) {
        _ = try reader.version(1...1)
        let flags = try reader.uint8()
        let type = flags & 8 != 0 ? try reader.uint8() : 0
        if flags & 4 != 0 { _ = try reader.skip(8) }
        if flags & 16 != 0 { _ = try reader.skip(1) }
        let name = try reader.text(try reader.skip(try reader.length(exponent: flags & 3)))
        guard type == 0 else {
            let kind = type == 1 ? "a soft link" : type == 64 ? "a link to another file" : "a link of type \(type)"
            throw .unsupported(part: reader.part, expected: "hard links are", found: "\(name.quoted), \(kind)")
        }
        try add(name, try reader.requiredAddress(), reader, into: &addresses)
    }

    private static func add(
        _ name: String, _ address: Int, _ reader: ByteReader, into addresses: inout [String: Int]
    ) throws(ModelFormatError) {
        guard addresses.count < maximumLinkCount, !name.isEmpty, name.utf8.allSatisfy({ $0 != UInt8(ascii: "/") }),
            addresses.updateValue(address, forKey: name) == nil
        else {
            throw .malformed(part: reader.part, expected: "different names without slashes", found: name.quoted)
        }
    }

    private static func refuseDenseLinks(_ reader: inout ByteReader) throws(ModelFormatError) {
        _ = try reader.version(0...0)
        let flags = try reader.uint8()
        if flags & 1 != 0 { _ = try reader.skip(8) }
        guard try reader.address() == nil else {
            throw .unsupported(
                part: reader.part, expected: "groups as h5py writes them without libver=\"latest\" are",
                found: "a fractal heap of links")
        }
    }
}

extension ByteReader {
    /// A range of the bytes as UTF-8, up to the first zero.
    func text(_ range: Range<Int>) throws(ModelFormatError) -> String {
        let end = bytes[range].firstIndex(of: 0) ?? range.upperBound
        guard let text = String(validating: bytes[range.lowerBound..<end], as: UTF8.self) else {
            throw .malformed(part: part, expected: "UTF-8", found: "other bytes")
        }
        return text
    }
}
