/// The type of the elements of a dataset or an attribute (specification IV.A.2.d).
enum HDF5Datatype: Sendable, Equatable {
    case number(ElementEncoding, isBigEndian: Bool)
    /// Text of so many bytes, filled up with zeros or spaces.
    case fixedText(byteCount: Int, padsWithSpaces: Bool)
    /// Text in the global heap.
    case variableText
    /// Something else, by its name.
    case other(String, byteCount: Int)

    /// Bytes of one element where it stands; a reference of 16 bytes for text in the global heap.
    var byteCount: Int {
        switch self {
        case .number(let encoding, _): encoding.byteCount
        case .fixedText(let byteCount, _), .other(_, let byteCount): byteCount
        case .variableText: 16
        }
    }

    /// Names of the classes, for messages.
    private static let classes = [
        "integers", "floating-point numbers", "times", "text", "bit fields", "opaque data", "compounds", "references",
        "enumerations", "lists", "arrays",
    ]

    /// Reads the description of a type.
    init(_ reader: inout ByteReader) throws(ModelFormatError) {
        let head = try reader.uint8()
        let bits = (try reader.uint8(), try reader.uint8(), try reader.uint8())
        let size = Int(try reader.uint32())
        guard (1...3).contains(head >> 4) else {
            throw .unsupported(part: reader.part, expected: "types of versions 1 to 3 are", found: "\(head >> 4)")
        }
        switch head & 15 {
        case 0: self = try Self.integer(&reader, size: size, bits: bits.0)
        case 1: self = try Self.float(&reader, size: size, bits: (bits.0, bits.1))
        case 3: self = .fixedText(byteCount: size, padsWithSpaces: bits.0 & 15 == 2)
        // What h5py makes of a type that HDF5 does not have, and Keras stores no other.
        case 5 where size == 2: self = .number(.bfloat16, isBigEndian: false)
        case 9 where bits.0 & 15 == 1 && size == 16: self = .variableText
        case let kind:
            let name = Int(kind) < Self.classes.count ? Self.classes[Int(kind)] : "class \(kind)"
            self = .other(name, byteCount: size)
        }
    }

    private static func integer(
        _ reader: inout ByteReader, size: Int, bits: UInt8
    ) throws(ModelFormatError) -> HDF5Datatype {
        let (offset, precision) = (try reader.uint16(), try reader.uint16())
        let isSigned = bits & 8 != 0
        let encodings: [Int: (signed: ElementEncoding, unsigned: ElementEncoding)] = [
            1: (.int8, .uint8), 2: (.int16, .uint16), 4: (.int32, .uint32), 8: (.int64, .uint64),
        ]
        guard offset == 0, Int(precision) == 8 * size, bits & 6 == 0, let pair = encodings[size] else {
            return .other("integers of \(precision) bits in \(size) bytes", byteCount: size)
        }
        return .number(isSigned ? pair.signed : pair.unsigned, isBigEndian: bits & 1 != 0)
    }

    /// Only the formats of IEEE 754 and bfloat16, told apart by where exponent and mantissa are.
    private static func float(
        _ reader: inout ByteReader, size: Int, bits: (UInt8, UInt8)
    ) throws(ModelFormatError) -> HDF5Datatype {
        let layout = [
            size, Int(try reader.uint16()), Int(try reader.uint16()), Int(try reader.uint8()),
            Int(try reader.uint8()), Int(try reader.uint8()), Int(try reader.uint8()), Int(try reader.uint32()),
            Int(bits.1),
        ]
        // Size, offset, bits; place and size of the exponent, then of the mantissa; the exponent's bias, the sign's place.
        let known: [(ElementEncoding, [Int])] = [
            (.float16, [2, 0, 16, 10, 5, 0, 10, 15, 15]), (.bfloat16, [2, 0, 16, 7, 8, 0, 7, 127, 15]),
            (.float32, [4, 0, 32, 23, 8, 0, 23, 127, 31]), (.float64, [8, 0, 64, 52, 11, 0, 52, 1023, 63]),
        ]
        guard bits.0 & 0x70 == 0x20, let encoding = known.first(where: { $0.1 == layout })?.0 else {
            return .other("floating-point numbers of another format", byteCount: size)
        }
        return .number(encoding, isBigEndian: bits.0 & 1 != 0)
    }
}
