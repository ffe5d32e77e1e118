extension ElementEncoding {
    /// The encodings by their names in safetensors files, in the order of the reference implementation, which is
    /// also the order, backwards, in which it writes tensors.
    private static let namedEncodings: [(name: String, encoding: ElementEncoding)] = [
        ("BOOL", .bool), ("U8", .uint8), ("I8", .int8), ("F8_E5M2", .float8e5m2),
        ("F8_E4M3", .float8e4m3), ("I16", .int16), ("U16", .uint16), ("F16", .float16),
        ("BF16", .bfloat16), ("I32", .int32), ("U32", .uint32), ("F32", .float32), ("F64", .float64),
        ("I64", .int64), ("U64", .uint64),
    ]

    /// The names of all encodings.
    static var safeTensorsNames: [String] { namedEncodings.map(\.name) }

    init?(safeTensorsName name: String) {
        guard let named = Self.namedEncodings.first(where: { $0.name == name }) else { return nil }
        self = named.encoding
    }

    /// The place among the encodings' names.
    var safeTensorsRank: Int { Self.namedEncodings.firstIndex { $0.encoding == self } ?? 0 }

    var safeTensorsName: String { Self.namedEncodings[safeTensorsRank].name }
}
