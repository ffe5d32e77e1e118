/// Why bytes are not the JSON that was asked for. Every `offset` counts bytes from the start of the document.
package enum JSONError: Error, Equatable, Sendable {
    /// The document starts with EF BB BF (RFC 8259 §8.1).
    case byteOrderMark
    /// The document ended too early; `offset` is its size.
    case truncated(offset: Int, place: JSONPlace, expected: String)
    /// A byte that the grammar does not allow; `found` is printable.
    case unexpected(offset: Int, place: JSONPlace, found: String, expected: String)
    /// A bare word other than true, false and null, such as NaN or None.
    case unknownWord(offset: Int, word: String)
    /// More containers inside each other than the reader allows.
    case nestedTooDeep(offset: Int, limit: Int)
    /// Correct JSON, but another kind of value than asked for.
    case mismatch(offset: Int, expected: String, found: JSONKind)
    /// A number starts with 0 and goes on (RFC 8259 §6).
    case leadingZero(offset: Int)
    /// A number that the type asked for cannot hold.
    case outOfRange(offset: Int, number: String, type: String)
    /// An unescaped control character in a string (RFC 8259 §7).
    case controlCharacter(offset: Int, byte: UInt8)
    /// A backslash followed by something that is no escape; `found` is printable.
    case invalidEscape(offset: Int, found: String)
    /// A \u escape for half a surrogate pair; `offset` is that of its backslash.
    case loneSurrogate(offset: Int)
    /// Bytes in a string that are not UTF-8.
    case invalidUTF8(offset: Int)
}

extension JSONError: CustomStringConvertible {
    /// One sentence for the client: what is wrong, where, and what was expected.
    package var description: String {
        switch self {
        case .byteOrderMark:
            "byte 0: the document starts with a UTF-8 byte-order mark (EF BB BF); send JSON without it"
        case .truncated(let offset, let place, let expected):
            "truncated: the document ends at byte \(offset)\(place); expected \(expected)"
        case .unexpected(let offset, let place, let found, let expected):
            "byte \(offset): found \(found)\(place); expected \(expected)"
        case .unknownWord(let offset, let word):
            "byte \(offset): '\(word)' is not a JSON value"
        case .nestedTooDeep(let offset, let limit):
            "byte \(offset): nested deeper than \(limit) levels"
        case .mismatch(let offset, let expected, let found):
            "byte \(offset): expected \(expected), found \(found)"
        case .leadingZero(let offset):
            "byte \(offset): a number must not start with a superfluous 0"
        case .outOfRange(let offset, let number, let type):
            "byte \(offset): the number \(number) does not fit in \(type)"
        case .controlCharacter(let offset, let byte):
            "byte \(offset): control character \(hexadecimal(byte)) inside a string; write it as an escape"
        case .invalidEscape(let offset, let found):
            "byte \(offset): \(found) does not follow a backslash in JSON; "
                + "expected one of \" \\ / b f n r t, or u and four hexadecimal digits"
        case .loneSurrogate(let offset):
            "byte \(offset): the \\u escape is half of a surrogate pair"
        case .invalidUTF8(let offset):
            "byte \(offset): the string is not UTF-8"
        }
    }
}

/// A byte as "0x0A".
func hexadecimal(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return "0x" + (digits.count == 1 ? "0" : "") + digits
}
