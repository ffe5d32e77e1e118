import Preprocessing

/// What a field of a CSV says.
package enum CSVValue {
    case missing
    case number(Float)
    case text

    /// Words that stand for a missing value when they are not quoted.
    private static let missingWords: Set<String> = ["", "na", "n/a", "nan", "null", "?"]
    /// Longest number that is read.
    private static let maximumNumberLength = 64

    /// Reads a field's bytes without the spaces around them.
    package init(_ field: ArraySlice<UInt8>, isQuoted: Bool) {
        if field.count <= 4, !isQuoted || field.isEmpty,
            Self.missingWords.contains(String(decoding: field, as: UTF8.self).lowercased())
        {
            self = .missing
        } else if let number = Self.number(field) {
            self = .number(number)
        } else {
            self = .text
        }
    }

    /// A decimal number that fits float32; nil for anything else, such as "inf" and "0x1".
    private static func number(_ field: ArraySlice<UInt8>) -> Float? {
        guard field.count <= maximumNumberLength, var first = field.first else { return nil }
        if first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            guard let next = field.dropFirst().first else { return nil }
            first = next
        }
        guard isDigit(first) || first == UInt8(ascii: "."), field.allSatisfy(isNumeric) else { return nil }
        guard let value = Float(String(decoding: field, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "+")].contains(byte)
            || byte | 0x20 == UInt8(ascii: "e")
    }
}
