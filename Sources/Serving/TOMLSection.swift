package import JSON
import TOMLKit

/// One table of a TOML file, read key by key: wrong types, values out of range and unknown keys are refused by name.
///
/// The only file that knows the TOML library.
package struct TOMLSection {
    /// The file's name, for messages.
    private let file: String
    /// The table's name with a trailing dot; empty for the whole file.
    private let prefix: String
    private let table: TOMLTable?

    /// Reads a whole file.
    /// - Throws: `ServingError.invalidTOML` with line and column.
    package init(parsing text: String, file: String) throws(ServingError) {
        self.file = file
        prefix = ""
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            throw .invalidTOML(
                file: file, line: error.source.begin.line, column: error.source.begin.column,
                reason: error.description)
        } catch {
            throw .invalidTOML(file: file, line: 1, column: 1, reason: "\(error)")
        }
    }

    private init(file: String, prefix: String, table: TOMLTable?) {
        self.file = file
        self.prefix = prefix
        self.table = table
    }

    /// The table under `key`; empty when it is left out.
    package func section(_ key: String) throws(ServingError) -> TOMLSection {
        guard let value = table?[key] else { return TOMLSection(file: file, prefix: "\(prefix)\(key).", table: nil) }
        guard let inner = value.table else { throw invalid(key, expected: "a table", value) }
        return TOMLSection(file: file, prefix: "\(prefix)\(key).", table: inner)
    }

    /// Throws `ServingError.unknownKey` for the first key, in alphabetical order, that is not in `known`.
    package func refuseKeys(except known: [String]) throws(ServingError) {
        for key in (table?.keys ?? []).sorted() where !known.contains(key) {
            throw .unknownKey(file: file, key: prefix + key, known: known.map { prefix + $0 })
        }
    }

    /// A string; nil when left out.
    package func string(_ key: String) throws(ServingError) -> String? {
        guard let value = table?[key] else { return nil }
        guard let string = value.string else { throw invalid(key, expected: "a string", value) }
        return string
    }

    /// A list of strings; nil when left out.
    package func strings(_ key: String) throws(ServingError) -> [String]? {
        guard let value = table?[key] else { return nil }
        guard let array = value.array else { throw invalid(key, expected: "a list of strings", value) }
        var strings: [String] = []
        for (index, element) in array.enumerated() {
            guard let string = element.string else { throw invalid("\(key)[\(index)]", expected: "a string", element) }
            strings.append(string)
        }
        return strings
    }

    /// A list of whole numbers in a range; nil when left out.
    package func integers(_ key: String, in range: ClosedRange<Int>) throws(ServingError) -> [Int]? {
        guard let value = table?[key] else { return nil }
        guard let array = value.array else { throw invalid(key, expected: "a list of integers", value) }
        var integers: [Int] = []
        for (index, element) in array.enumerated() {
            guard let integer = element.int, range.contains(integer) else {
                throw invalid(
                    "\(key)[\(index)]", expected: "an integer in \(range.lowerBound)...\(range.upperBound)", element)
            }
            integers.append(integer)
        }
        return integers
    }

    /// Whether the key is given.
    package func has(_ key: String) -> Bool { table?[key] != nil }

    /// A whole number in a range.
    package func integer(
        _ key: String, in range: ClosedRange<Int>, default standard: Int
    ) throws(ServingError) -> Int {
        guard let value = table?[key] else { return standard }
        guard let integer = value.int, range.contains(integer) else {
            throw invalid(key, expected: "an integer in \(range.lowerBound)...\(range.upperBound)", value)
        }
        return integer
    }

    /// A number in a range; may be written without a point.
    package func number(
        _ key: String, in range: ClosedRange<Double>, default standard: Double
    ) throws(ServingError) -> Double {
        guard let value = table?[key] else { return standard }
        guard let number = value.double ?? value.int.map(Double.init), range.contains(number) else {
            throw invalid(key, expected: "a number in \(range.lowerBound)...\(range.upperBound)", value)
        }
        return number
    }

    /// One of a few words.
    package func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String, default standard: Choice
    ) throws(ServingError) -> Choice where Choice.RawValue == String {
        guard let value = table?[key] else { return standard }
        guard let choice = value.string.flatMap(Choice.init(rawValue:)) else {
            let words = Choice.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or ")
            throw invalid(key, expected: words, value)
        }
        return choice
    }

    /// The whole table as a JSON object; nil when it was left out.
    /// - Throws: `ServingError.invalidValue` for dates and times, which JSON does not have.
    package func json() throws(ServingError) -> JSONValue? {
        guard let table else { return nil }
        return try json(of: table, prefix)
    }

    /// A table whose path, which ends with a point, is `path`.
    private func json(of table: TOMLTable, _ path: String) throws(ServingError) -> JSONValue {
        var members: [JSONMember] = []
        for key in table.keys {
            guard let value = table[key] else { continue }
            members.append(JSONMember(key, try json(of: value, path + key)))
        }
        return .object(members)
    }

    private func json(of value: any TOMLValueConvertible, _ path: String) throws(ServingError) -> JSONValue {
        if let table = value.table { return try json(of: table, path + ".") }
        if let array = value.array {
            var elements: [JSONValue] = []
            for (index, element) in array.enumerated() { elements.append(try json(of: element, "\(path)[\(index)]")) }
            return .array(elements)
        }
        if let string = value.string { return .string(string) }
        if let bool = value.bool { return .bool(bool) }
        if let integer = value.int { return .integer(integer) }
        if let number = value.double { return .number(number) }
        throw .invalidValue(
            file: file, key: path, expected: "a number, a text, a list or a table", found: value.debugDescription)
    }

    /// The error for a key that must be given and is not.
    func missing(_ key: String, expected: String) -> ServingError { invalid(key, expected: expected, found: "nothing") }

    /// The error for a value that cannot be what it is.
    func invalid(_ key: String, expected: String, found: String) -> ServingError {
        .invalidValue(file: file, key: prefix + key, expected: expected, found: found)
    }

    private func invalid(_ key: String, expected: String, _ value: any TOMLValueConvertible) -> ServingError {
        let found =
            switch value.type {
            case .table: "a table"
            case .array: "a list"
            default: value.debugDescription
            }
        return invalid(key, expected: expected, found: found)
    }
}
