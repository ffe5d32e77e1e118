extension UInt8 {
    /// A letter or digit of ASCII.
    package var isASCIILetterOrDigit: Bool {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }

    /// What names of models, data sets and layers are made of: letters, digits, `.`, `_` and `-`.
    package var isNameCharacter: Bool {
        isASCIILetterOrDigit || self == UInt8(ascii: ".") || self == UInt8(ascii: "_") || self == UInt8(ascii: "-")
    }

    /// What stands for itself in a URI: the unreserved characters of RFC 3986.
    package var isUnreserved: Bool { isNameCharacter || self == UInt8(ascii: "~") }
}
