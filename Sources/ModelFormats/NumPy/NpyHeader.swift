/// The header of a `.npy` file: a Python dictionary literal with exactly the keys `descr`, `fortran_order` and
/// `shape`, in any order (NumPy Enhancement Proposal 1; numpy/lib/format.py).
struct NpyHeader: Equatable {
    let encoding: ElementEncoding
    let bigEndian: Bool
    /// Whether the first index runs fastest in the file.
    let fortranOrder: Bool
    let dimensions: [Int64]

    /// Reads a range of `bytes`; `part` names the file in errors.
    init(_ bytes: [UInt8], _ range: Range<Int>, part: String) throws(ModelFormatError) {
        var scanner = PythonLiteralScanner(ByteReader(bytes, range, part: part + " header"))
        var descr: String?
        var fortranOrder: Bool?
        var dimensions: [Int64]?
        try scanner.expect("{")
        while try !scanner.skip("}") {
            let key = try scanner.string()
            try scanner.expect(":")
            switch key {
            case "descr" where descr == nil:
                guard scanner.peek != UInt8(ascii: "[") else {
                    throw .unsupported(part: part, expected: "arrays of numbers are", found: "a structured array")
                }
                descr = try scanner.string()
            case "fortran_order" where fortranOrder == nil: fortranOrder = try scanner.boolean()
            case "shape" where dimensions == nil: dimensions = try scanner.tuple()
            default:
                throw .malformed(
                    part: part + " header", expected: "the keys descr, fortran_order and shape, each once",
                    found: key.quoted)
            }
            guard try scanner.skip(",") else {
                try scanner.expect("}")
                break
            }
        }
        try scanner.expectEnd()
        guard let descr, let fortranOrder, let dimensions else {
            throw .malformed(
                part: part + " header", expected: "the keys descr, fortran_order and shape",
                found: "no \(descr == nil ? "descr" : fortranOrder == nil ? "fortran_order" : "shape")")
        }
        (encoding, bigEndian) = try Self.encoding(descr, part: part)
        self.fortranOrder = fortranOrder
        self.dimensions = dimensions
    }

    /// Reads a type description: the byte order, the kind and the bytes of an element, as in `<f4`.
    private static func encoding(
        _ descr: String, part: String
    ) throws(ModelFormatError) -> (encoding: ElementEncoding, bigEndian: Bool) {
        let kinds: [String: ElementEncoding] = [
            "b1": .bool, "i1": .int8, "u1": .uint8, "i2": .int16, "u2": .uint16, "i4": .int32, "u4": .uint32,
            "i8": .int64, "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
        ]
        if descr.dropFirst().hasPrefix("O") {
            throw .unsupported(
                part: part, expected: "arrays of numbers are", found: "an array of Python objects (\(descr.quoted))")
        }
        guard let order = descr.first, let encoding = kinds[String(descr.dropFirst())],
            order == "<" || order == ">" || (order == "|" && encoding.byteCount == 1)
        else {
            throw .unsupported(
                part: part, expected: "bool, integers and floats of up to 8 bytes are", found: "descr \(descr.quoted)")
        }
        return (encoding, order == ">")
    }
}
