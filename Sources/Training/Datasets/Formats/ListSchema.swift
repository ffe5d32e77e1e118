import JSON
import Preprocessing

/// What a first pass finds out of a member that holds lists of numbers.
struct ListSchema {
    let name: String
    /// The shape of all lists, the first dimension nil when they differ in it.
    private var shape: [Int?] = []
    private var longest = 0

    init(name: String) { self.name = name }

    /// Notes a row's list.
    mutating func add(_ value: JSONValue, _ reader: LineReader) throws(DatasetError) {
        let found = try Self.shape(value, "", name, reader)
        longest = max(longest, found[0])
        if shape.isEmpty {
            shape = found
        } else if shape.count == found.count, Array(shape.dropFirst()) == found.dropFirst().map({ $0 }) {
            if shape[0] != found[0] { shape[0] = nil }
        } else {
            throw reader.error(
                column: name, expected: "a list of the shape of the others, \(text)", found: "\(found)")
        }
    }

    /// What a dataset stores of them.
    func features() throws(DatasetError) -> DatasetFeatures {
        guard shape.first == .some(nil) else {
            return .tensor(shape: shape.compactMap { $0 }, storage: .float32, isPixels: false)
        }
        guard shape.count <= 2 else {
            throw .source(
                "the lists in \"\(name)\"", line: nil, column: nil, expected: "sequences [steps] or [steps, features]",
                found: text)
        }
        return .sequences(features: shape.count == 2 ? shape[1] ?? 1 : 1, longest: longest)
    }

    /// The numbers of a list that was noted, NaN for null.
    func numbers(_ value: JSONValue) -> [Float] {
        guard let elements = value.array else { return [value.double.map { Float($0) } ?? .nan] }
        return elements.flatMap { numbers($0) }
    }

    private var text: String { "[" + shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ") + "]" }

    /// The shape of nested lists of numbers, which must all be of one size in each dimension.
    private static func shape(
        _ value: JSONValue, _ path: String, _ name: String, _ reader: LineReader
    ) throws(DatasetError) -> [Int] {
        guard let elements = value.array else {
            guard value == .null || value.double.map({ Float($0).isFinite }) == true else {
                throw reader.error(column: name + path, expected: "a number", found: JSONFields.text(value))
            }
            return []
        }
        guard !elements.isEmpty, elements.count <= Preprocessing.maximumElementCount else {
            throw reader.error(column: name + path, expected: "a list that is not empty", found: "\(elements.count)")
        }
        var first: [Int]?
        for (index, element) in elements.enumerated() {
            let inner = try shape(element, "\(path)[\(index)]", name, reader)
            guard first == nil || first == inner else {
                throw reader.error(
                    column: "\(name)\(path)[\(index)]", expected: "a list of the size of the others", found: "another")
            }
            first = inner
        }
        return [elements.count] + (first ?? [])
    }
}
