/// The members of one JSON object, read field by field: wrong types, values out of range and unknown members are refused
/// with the path of the field, what was expected and what came.
///
///     var fields = try JSONFields(value, path: "optimizer")
///     let rate = try fields.number("learning_rate", in: 0...1) ?? 0.001
///     try fields.finish()
///
/// A member that is null counts as left out.
package struct JSONFields {
    /// Where the object stands in its document; empty for the document itself.
    package let path: String
    private let members: [JSONMember]
    private var known: [String] = []

    /// - Throws: when the value is no object.
    package init(_ value: JSONValue, path: String = "") throws(FieldError) {
        guard let members = value.members else {
            throw FieldError(path: path, expected: "an object", found: Self.text(value))
        }
        self.members = members
        self.path = path
    }

    /// The path of a member.
    package func path(of name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// The names of all members.
    package var names: [String] { members.map(\.name) }

    /// Whether a member is there and not null.
    package func has(_ name: String) -> Bool {
        members.contains { $0.name == name && $0.value != .null }
    }

    /// A member of any kind; nil when left out.
    package mutating func value(_ name: String) -> JSONValue? {
        known.append(name)
        let value = members.first { $0.name == name }?.value
        return value == .null ? nil : value
    }

    /// A string.
    package mutating func string(_ name: String) throws(FieldError) -> String? {
        guard let value = value(name) else { return nil }
        guard let string = value.string else { throw error(name, "a string", value) }
        return string
    }

    /// True or false.
    package mutating func bool(_ name: String) throws(FieldError) -> Bool? {
        guard let value = value(name) else { return nil }
        guard let bool = value.bool else { throw error(name, "true or false", value) }
        return bool
    }

    /// A whole number in a range.
    package mutating func integer(_ name: String, in range: ClosedRange<Int>) throws(FieldError) -> Int? {
        guard let value = value(name) else { return nil }
        guard let integer = value.int, range.contains(integer) else {
            throw error(name, "an integer in \(range.lowerBound)...\(range.upperBound)", value)
        }
        return integer
    }

    /// A number in a range.
    package mutating func number(_ name: String, in range: ClosedRange<Double>) throws(FieldError) -> Double? {
        guard let value = value(name) else { return nil }
        guard let number = value.double, range.contains(number) else {
            throw error(name, "a number in \(range.lowerBound)...\(range.upperBound)", value)
        }
        return number
    }

    /// One of a few words.
    package mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, of type: Choice.Type = Choice.self
    ) throws(FieldError) -> Choice? where Choice.RawValue == String {
        guard let value = value(name) else { return nil }
        guard let choice = value.string.flatMap(Choice.init(rawValue:)) else {
            throw error(name, Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or "), value)
        }
        return choice
    }

    /// A list of values of any kind.
    package mutating func array(_ name: String) throws(FieldError) -> [JSONValue]? {
        guard let value = value(name) else { return nil }
        guard let array = value.array else { throw error(name, "a list", value) }
        return array
    }

    /// A list of integers.
    package mutating func integers(_ name: String, in range: ClosedRange<Int>) throws(FieldError) -> [Int]? {
        guard let array = try array(name) else { return nil }
        var result: [Int] = []
        for (index, element) in array.enumerated() {
            guard let integer = element.int, range.contains(integer) else {
                throw error("\(name)[\(index)]", "an integer in \(range.lowerBound)...\(range.upperBound)", element)
            }
            result.append(integer)
        }
        return result
    }

    /// A list of numbers.
    package mutating func numbers(_ name: String) throws(FieldError) -> [Double]? {
        guard let array = try array(name) else { return nil }
        var result: [Double] = []
        for (index, element) in array.enumerated() {
            guard let number = element.double else { throw error("\(name)[\(index)]", "a number", element) }
            result.append(number)
        }
        return result
    }

    /// A list of strings.
    package mutating func strings(_ name: String) throws(FieldError) -> [String]? {
        guard let array = try array(name) else { return nil }
        var result: [String] = []
        for (index, element) in array.enumerated() {
            guard let string = element.string else { throw error("\(name)[\(index)]", "a string", element) }
            result.append(string)
        }
        return result
    }

    /// The fields of an object inside this one; nil when left out.
    package mutating func fields(_ name: String) throws(FieldError) -> JSONFields? {
        guard let value = value(name) else { return nil }
        return try JSONFields(value, path: path(of: name))
    }

    /// The value of a field that must be there: `try fields.required("dataset", fields.string("dataset"))`.
    package func required<Value>(_ name: String, _ value: Value?) throws(FieldError) -> Value {
        guard let value else { throw FieldError(path: path(of: name), expected: "a value", found: "none") }
        return value
    }

    /// Refuses members that were not asked for.
    package func finish() throws(FieldError) {
        for member in members where !known.contains(member.name) {
            throw FieldError(
                path: path(of: member.name), expected: "one of the members \(known.joined(separator: ", "))",
                found: "an unknown one")
        }
    }

    /// The error of a member that is not what it should be.
    package func error(_ name: String, _ expected: String, _ found: JSONValue) -> FieldError {
        FieldError(path: path(of: name), expected: expected, found: Self.text(found))
    }

    /// A value for a message: containers by their kind, others as written, shortened.
    package static func text(_ value: JSONValue) -> String {
        switch value {
        case .array, .object: return value.kind.description
        default:
            let text = value.text
            return text.count <= 80 ? text : text.prefix(80) + "…"
        }
    }
}
