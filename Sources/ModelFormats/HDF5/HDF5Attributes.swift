import Tensors

/// The attributes of a group or a dataset that are text (specification IV.A.2.m).
struct HDF5Attributes {
    private struct Attribute {
        let datatype: HDF5Datatype
        let dimensions: [Int64]?
        let data: ByteReader
    }

    private let object: HDF5Object
    private let attributes: [String: Attribute]

    init(_ object: HDF5Object) throws(ModelFormatError) {
        self.object = object
        var attributes: [String: Attribute] = [:]
        for var reader in try object.messages(.attribute) {
            let (name, attribute) = try Self.read(&reader)
            guard attributes.updateValue(attribute, forKey: name) == nil else {
                throw .malformed(part: object.part, expected: "attributes of different names", found: name.quoted)
            }
        }
        if var info = try object.message(.attributeInfo) { try Self.refuseDenseAttributes(&info) }
        self.attributes = attributes
    }

    /// The names, sorted.
    var names: [String] { attributes.keys.sorted() }

    /// A list of texts, or a single one; nil when there is no attribute of that name.
    /// - Throws: when it is something else than text.
    func texts(_ name: String) throws(ModelFormatError) -> [String]? {
        guard let attribute = attributes[name] else { return nil }
        let part = "attribute \(name.quoted) of \(object.part)"
        guard let dimensions = attribute.dimensions else { return [] }
        let shape = try Shape(checking: dimensions, width: max(attribute.datatype.byteCount, 1), tensor: name)
        // h5py stores an empty list as one of no numbers.
        if shape.elementCount == 0 { return [] }
        var data = attribute.data
        var heap = HDF5GlobalHeap(object.storage, part: part)
        var texts: [String] = []
        // The bytes of an attribute bound the number of its elements, unless these have none.
        guard attribute.datatype.byteCount > 0, shape.elementCount <= data.remaining / attribute.datatype.byteCount
        else {
            throw .truncated(
                part: part, expected: shape.elementCount * attribute.datatype.byteCount, found: data.remaining)
        }
        for _ in 0..<shape.elementCount {
            switch attribute.datatype {
            case .fixedText(let byteCount, let padsWithSpaces):
                let text = try data.text(try data.skip(byteCount))
                texts.append(padsWithSpaces ? String(text.trimmingSuffix(" ")) : text)
            case .variableText: texts.append(try heap.text(&data))
            case .number, .other:
                throw .malformed(part: part, expected: "text", found: "something else")
            }
        }
        return texts
    }

    /// A list that is too long for one attribute is stored as several, the names of which are numbered.
    func splitTexts(_ name: String) throws(ModelFormatError) -> [String]? {
        if let texts = try texts(name) { return texts }
        var all: [String] = []
        var number = 0
        while let texts = try texts("\(name)\(number)") {
            all += texts
            number += 1
        }
        return number == 0 ? nil : all
    }

    private static func read(_ reader: inout ByteReader) throws(ModelFormatError) -> (String, Attribute) {
        let version = try reader.version(1...3)
        let flags = try reader.uint8()
        guard version == 1 || flags & 3 == 0 else {
            throw .unsupported(part: reader.part, expected: "attributes of their own type are", found: "a shared type")
        }
        let sizes = (Int(try reader.uint16()), Int(try reader.uint16()), Int(try reader.uint16()))
        if version == 3 { _ = try reader.skip(1) }
        func padded(_ size: Int) -> Int { version == 1 ? (size + 7) / 8 * 8 : size }
        let name = try reader.text(try reader.skip(padded(sizes.0)))
        var type = ByteReader(reader.bytes, try reader.skip(padded(sizes.1)), part: reader.part)
        var space = ByteReader(reader.bytes, try reader.skip(padded(sizes.2)), part: reader.part)
        return (
            name,
            Attribute(
                datatype: try HDF5Datatype(&type), dimensions: try HDF5Dataspace(&space).dimensions, data: reader)
        )
    }

    private static func refuseDenseAttributes(_ reader: inout ByteReader) throws(ModelFormatError) {
        _ = try reader.version(0...0)
        let flags = try reader.uint8()
        if flags & 1 != 0 { _ = try reader.skip(2) }
        guard try reader.address() == nil else {
            throw .unsupported(
                part: reader.part, expected: "attributes as h5py writes them without libver=\"latest\" are",
                found: "a fractal heap of them")
        }
    }
}

extension String {
    /// The text without the characters at its end that are `character`.
    fileprivate func trimmingSuffix(_ character: Character) -> Substring {
        var text = self[...]
        while text.last == character { text.removeLast() }
        return text
    }
}
