/// The 64-bit numbers of a zip directory's record that do not fit its own fields (APPNOTE.TXT §4.5.3).
struct Zip64Extra {
    private static let identifier: UInt16 = 1
    private var reader: ByteReader

    /// Finds the numbers in the extra fields of a record; fields of other kinds are skipped, and so is padding that
    /// is no field.
    init(_ extra: ByteReader) {
        var extra = extra
        let part = extra.part
        while let identifier = try? extra.uint16(), let count = try? extra.uint16(),
            let range = try? extra.skip(Int(count))
        {
            if identifier == Self.identifier {
                reader = ByteReader(extra.bytes, range, part: part)
                return
            }
        }
        reader = ByteReader([], part: part)
    }

    /// The number of a field: `field` itself, or the next 64-bit number when the field is full.
    mutating func value(_ field: UInt32) throws(ModelFormatError) -> Int {
        guard field == .max else { return Int(field) }
        let value = try reader.uint64()
        guard let exact = Int(exactly: value) else {
            throw .malformed(part: reader.part, expected: "sizes that fit memory", found: "\(value)")
        }
        return exact
    }
}
