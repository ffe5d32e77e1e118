/// A pull parser for one JSON document (RFC 8259, strict) in memory: the caller asks for what it expects next.
///
///     var reader = JSONReader(bytes)
///     try reader.beginObject()
///     while let key = try reader.nextKey() {
///         if key == "name" { name = try reader.readString() } else { try reader.skipValue() }
///     }
///     try reader.finish()
///
/// After a key, or a `nextElement` that answered true, exactly one value must be read or skipped. The reader never
/// reads outside the bytes and never recurses. After an error it must not be used again. It is a plain value: a copy
/// is a mark to come back to. Duplicate keys are the caller's matter.
@safe package struct JSONReader {
    /// The deepest nesting a reader can be made for.
    package static let greatestMaximumDepth = 64

    let bytes: UnsafeRawBufferPointer

    /// Size of the document.
    let byteCount: Int

    /// Most containers inside each other.
    let maximumDepth: Int

    /// Offset of the next byte.
    package internal(set) var position = 0

    /// Open containers.
    package internal(set) var depth = 0

    /// Bit i says whether the i-th open container, from the outside, is an object.
    var objects: UInt64 = 0

    /// Whether the innermost container was just opened, so that no comma is due.
    var isFirst = false

    /// Makes a reader at the start of a document.
    /// - Parameters:
    ///   - bytes: the document; the memory must stay valid and unchanged as long as the reader or a copy is used.
    ///   - maximumDepth: most containers inside each other, 1 to 64.
    package init(_ bytes: UnsafeRawBufferPointer, maximumDepth: Int = JSONReader.greatestMaximumDepth) {
        precondition((1...Self.greatestMaximumDepth).contains(maximumDepth), "maximumDepth is 1 to 64")
        unsafe self.bytes = bytes
        byteCount = bytes.count
        self.maximumDepth = maximumDepth
    }

    /// The kind of the next value, which stays unread.
    package mutating func peek() throws(JSONError) -> JSONKind {
        skipWhitespace()
        guard let byte = currentByte else { throw unexpected(expected: "a value") }
        switch byte {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        case UInt8(ascii: "t") where matches("true"), UInt8(ascii: "f") where matches("false"): return .bool
        case UInt8(ascii: "n") where matches("null"): return .null
        default: throw unexpected(expected: "a value")
        }
    }

    /// Whether the next value is null; reads it if so.
    package mutating func readNullIfPresent() throws(JSONError) -> Bool {
        guard try peek() == .null else { return false }
        position += 4
        return true
    }

    /// Reads true or false.
    package mutating func readBool() throws(JSONError) -> Bool {
        try expect(.bool, "true or false")
        let value = byte(at: position) == UInt8(ascii: "t")
        position += value ? 4 : 5
        return value
    }

    /// Checks that nothing but white space follows the document's value.
    package mutating func finish() throws(JSONError) {
        skipWhitespace()
        guard position == byteCount else { throw unexpected(expected: "the end of the document") }
    }

    /// Checks the kind of the next value.
    mutating func expect(_ kind: JSONKind, _ expected: String) throws(JSONError) {
        let found = try peek()
        guard found == kind else { throw .mismatch(offset: position, expected: expected, found: found) }
    }
}
