import JSON

/// The 512 bytes in front of each entry of a tar archive (POSIX.1-2017, pax, "ustar Interchange Format").
struct TarHeader {
    /// What may be in an archive.
    enum Kind: UInt8 {
        case file = 0x30
        case oldFile = 0
        case contiguousFile = 0x37
        case directory = 0x35
        /// GNU tar's `L`: its contents are the name of the next entry.
        case longName = 0x4C
        /// pax's `x`: its contents are attributes of the next entry.
        case attributes = 0x78
        /// pax's `g`: attributes of all entries, of which none matters here.
        case globalAttributes = 0x67
    }

    let type: UInt8
    /// nil when it is no UTF-8.
    let name: String?
    /// Bytes of the contents.
    let size: Int

    /// - Throws: `FieldError` of `checksum` or `size`.
    init(_ block: ArraySlice<UInt8>) throws(FieldError) {
        let bytes = Array(block)
        // The sum counts its own field as blanks.
        let sum = bytes.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        guard let stated = Self.number(bytes[148..<156]), stated == sum else {
            throw FieldError(path: "checksum", expected: "\(sum), which is that of a tar header", found: "another one")
        }
        guard let size = Self.number(bytes[124..<136]) else {
            throw FieldError(path: "size", expected: "a number of bytes", found: "other characters")
        }
        self.size = size
        type = bytes[156]
        let name = Self.text(bytes[0..<100])
        let hasPrefix = bytes[257..<263].elementsEqual("ustar\0".utf8)
        let prefix = hasPrefix ? Self.text(bytes[345..<500]) : ""
        self.name = prefix.flatMap { prefix in name.map { prefix.isEmpty ? $0 : "\(prefix)/\($0)" } }
    }

    /// What the entry is, for people.
    var typeText: String {
        switch type {
        case UInt8(ascii: "1"): "a hard link"
        case UInt8(ascii: "2"): "a symbolic link"
        case UInt8(ascii: "3"), UInt8(ascii: "4"): "a device"
        case UInt8(ascii: "6"): "a pipe"
        case UInt8(ascii: "S"): "a sparse file"
        default: "an entry of type \(type)"
        }
    }

    /// Octal digits between blanks and zeros, or GNU's numbers of which the first bit is set.
    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        if let first = field.first, first & 0x80 != 0 {
            guard first == 0x80 else { return nil }
            var value = 0
            for byte in field.dropFirst() {
                guard value <= Int.max >> 9 else { return nil }
                value = value << 8 | Int(byte)
            }
            return value
        }
        let digits = field.drop { $0 == 32 }.prefix { $0 != 32 && $0 != 0 }
        if digits.isEmpty { return 0 }
        return String(validating: digits, as: UTF8.self).flatMap { $0.hasPrefix("+") ? nil : Int($0, radix: 8) }
            .flatMap { $0 >= 0 ? $0 : nil }
    }

    private static func text(_ field: ArraySlice<UInt8>) -> String? {
        String(validating: field.prefix { $0 != 0 }, as: UTF8.self)
    }
}
