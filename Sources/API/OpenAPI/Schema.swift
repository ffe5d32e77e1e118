import JSON

/// Pieces of JSON Schema 2020-12, which OpenAPI 3.1 describes bodies with.
enum Schema {
    static let string: JSONValue = ["type": "string"]
    static let boolean: JSONValue = ["type": "boolean"]
    static let number: JSONValue = ["type": "number"]
    static let integer: JSONValue = ["type": "integer"]
    /// Anything at all.
    static let any: JSONValue = [:]

    /// A number that a float32 can hold.
    static let float: JSONValue = [
        "type": "number", "minimum": .number(-maximumFloat), "maximum": .number(maximumFloat),
    ]
    /// 2¹²⁸ − 2¹⁰³, whose shortest decimal is just below it: numbers from there on round to an infinity.
    private static let maximumFloat = Double(sign: .plus, exponent: 127, significand: 2 - 0x1p-24)

    static func integer(_ range: ClosedRange<Int>) -> JSONValue {
        ["type": "integer", "minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
    }

    static func integer(from minimum: Int) -> JSONValue { ["type": "integer", "minimum": .integer(minimum)] }

    static func number(_ range: ClosedRange<Double>) -> JSONValue {
        ["type": "number", "minimum": .number(range.lowerBound), "maximum": .number(range.upperBound)]
    }

    static func choice(_ words: [String]) -> JSONValue { ["type": "string", "enum": JSONValue(words)] }

    static func choice<Words: CaseIterable & RawRepresentable>(_: Words.Type) -> JSONValue
    where Words.RawValue == String { choice(Words.allCases.map(\.rawValue)) }

    static func constant(_ value: JSONValue) -> JSONValue { ["const": value] }

    /// A list of so many elements; any number for nil.
    static func list(_ element: JSONValue, count: Int? = nil, minimum: Int? = nil) -> JSONValue {
        var members = [JSONMember("type", "array"), JSONMember("items", element)]
        if let least = count ?? minimum { members.append(JSONMember("minItems", .integer(least))) }
        if let count { members.append(JSONMember("maxItems", .integer(count))) }
        return .object(members)
    }

    /// Lists of `element` inside each other; a nil size is free, but not 0.
    static func nested(_ sizes: some BidirectionalCollection<Int?>, of element: JSONValue) -> JSONValue {
        sizes.reversed().reduce(element) { inner, size in
            list(inner, count: size, minimum: size == nil ? 1 : nil)
        }
    }

    static func any(of schemas: [JSONValue]) -> JSONValue {
        schemas.count == 1 ? schemas[0] : ["anyOf": .array(schemas)]
    }

    /// The same, or null, which counts as left out.
    static func optional(_ schema: JSONValue) -> JSONValue { any(of: [schema, ["type": "null"]]) }

    static func reference(_ name: String) -> JSONValue { ["$ref": .string("#/components/schemas/\(name)")] }

    /// An object of an answer: may get more members later.
    static func object(_ properties: [(String, JSONValue)], optional: Set<String> = []) -> JSONValue {
        let required = properties.map(\.0).filter { !optional.contains($0) }
        var members = [JSONMember("type", "object"), JSONMember("properties", members(properties))]
        if !required.isEmpty { members.append(JSONMember("required", JSONValue(required))) }
        return .object(members)
    }

    /// An object of a request: a member that is not known is refused, and one that is null counts as left out.
    static func request(required: [(String, JSONValue)] = [], _ properties: [(String, JSONValue)] = []) -> JSONValue {
        var members = [
            JSONMember("type", "object"),
            JSONMember("properties", members(required + properties.map { ($0.0, optional($0.1)) })),
            JSONMember("additionalProperties", false),
        ]
        if !required.isEmpty { members.append(JSONMember("required", JSONValue(required.map(\.0)))) }
        return .object(members)
    }

    /// An object of any members whose values are alike.
    static func map(_ value: JSONValue) -> JSONValue { ["type": "object", "additionalProperties": value] }

    private static func members(_ properties: [(String, JSONValue)]) -> JSONValue {
        .object(properties.map { JSONMember($0.0, $0.1) })
    }
}

extension JSONValue {
    /// The object with a member more, or with another value of it.
    func with(_ name: String, _ value: JSONValue) -> JSONValue {
        .object((members ?? []).filter { $0.name != name } + [JSONMember(name, value)])
    }

    /// The schema with a sentence for people.
    func described(_ text: String) -> JSONValue { with("description", .string(text)) }
}
