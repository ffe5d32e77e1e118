/// One JSON value as a tree, for documents that are small and varied: requests to the control plane, architectures,
/// model cards. Numbers of tensors never pass through it.
package indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number without point and exponent that fits.
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([JSONMember])

    /// Reads a whole document. A key that an object has twice is refused.
    /// - Parameters:
    ///   - bytes: UTF-8.
    ///   - maximumDepth: most containers inside each other, 1 to 64.
    /// - Throws: `JSONError` for what is not JSON, `FieldError` for a key that comes twice.
    package init(parsing bytes: [UInt8], maximumDepth: Int = 32) throws {
        self = try unsafe bytes.withUnsafeBytes { buffer in
            var reader = unsafe JSONReader(buffer, maximumDepth: maximumDepth)
            let value = try JSONValue(reading: &reader, path: "")
            try reader.finish()
            return value
        }
    }

    /// Reads a whole document.
    package init(parsing text: String, maximumDepth: Int = 32) throws {
        try self.init(parsing: Array(text.utf8), maximumDepth: maximumDepth)
    }

    /// Reads the reader's next value; the reader bounds the depth of the recursion.
    package init(reading reader: inout JSONReader, path: String) throws {
        switch try reader.peek() {
        case .null:
            _ = try reader.readNullIfPresent()
            self = .null
        case .bool: self = .bool(try reader.readBool())
        case .string: self = .string(try reader.readString())
        case .number:
            var ahead = reader
            if let integer = try? ahead.readInt() {
                reader = ahead
                self = .integer(integer)
            } else {
                self = .number(try reader.readDouble())
            }
        case .array:
            var elements: [JSONValue] = []
            try reader.beginArray()
            while try reader.nextElement() {
                elements.append(try JSONValue(reading: &reader, path: "\(path)[\(elements.count)]"))
            }
            self = .array(elements)
        case .object:
            var members: [JSONMember] = []
            var names: Set<String> = []
            try reader.beginObject()
            while let name = try reader.nextKey() {
                let place = path.isEmpty ? name : "\(path).\(name)"
                guard names.insert(name).inserted else {
                    throw FieldError(path: place, expected: "one member of that name", found: "two")
                }
                members.append(JSONMember(name, try JSONValue(reading: &reader, path: place)))
            }
            self = .object(members)
        }
    }

    /// The kind of the value.
    package var kind: JSONKind {
        switch self {
        case .null: .null
        case .bool: .bool
        case .integer, .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// The member of an object; nil when it is missing or the value is no object.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    /// The string, if it is one.
    package var string: String? { if case .string(let text) = self { text } else { nil } }
    /// The integer, if it is one, however it is written: 3 and 3.0 are the same.
    package var int: Int? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int(exactly: value)
        default: nil
        }
    }
    /// The number, if it is one.
    package var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
    /// The truth value, if it is one.
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    /// The elements, if it is an array.
    package var array: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    /// The members, if it is an object.
    package var members: [JSONMember]? { if case .object(let members) = self { members } else { nil } }

    /// The document's bytes, without white space.
    package var bytes: [UInt8] {
        var writer = JSONWriter(nonFinitePolicy: .null)
        writer.append(self)
        return writer.bytes
    }

    /// The document as text, without white space.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}

/// One member of a JSON object.
package struct JSONMember: Sendable, Equatable {
    package let name: String
    package let value: JSONValue

    package init(_ name: String, _ value: JSONValue) {
        self.name = name
        self.value = value
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int) { self = .integer(value) }
    package init(floatLiteral value: Double) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { JSONMember($0, $1) })
    }
    package init(nilLiteral: ()) { self = .null }

    /// A list of integers.
    package init(_ integers: [Int]) { self = .array(integers.map { .integer($0) }) }
    /// A list of strings.
    package init(_ strings: [String]) { self = .array(strings.map { .string($0) }) }
    /// A list of numbers.
    package init(_ numbers: [Double]) { self = .array(numbers.map { .number($0) }) }
}

extension JSONWriter {
    /// Writes a whole value.
    package mutating func append(_ value: JSONValue) {
        switch value {
        case .null: appendNull()
        case .bool(let value): append(value)
        case .integer(let value): append(value)
        case .number(let value): append(value)
        case .string(let value): append(value)
        case .array(let elements):
            beginArray()
            for element in elements { append(element) }
            endArray()
        case .object(let members):
            beginObject()
            for member in members {
                key(member.name)
                append(member.value)
            }
            endObject()
        }
    }
}
