import JSON

/// Reads rows of numbers from JSON trees; the daemon's fast path for plain tensors is `TensorReader`.
struct NumberRowReader {
    /// The row's number from 0, for messages.
    let number: Int?
    /// Whether null stands for a missing number, which becomes NaN.
    let allowsMissing: Bool

    /// The numbers of a row of `shape`: nested, without its trailing dimensions of 1 if they are left out, or flat.
    func read(_ row: JSONValue, shape: [Int]) throws(PreprocessingError) -> [Float] {
        let count = shape.reduce(1, *)
        var numbers: [Float] = []
        numbers.reserveCapacity(count)
        let core = Array(shape[..<((shape.lastIndex { $0 != 1 } ?? 0) + 1)])
        if core == [1], row.array == nil {
            try append(row, at: "", to: &numbers)
        } else if core.count > 1, row.array?.first?.array == nil {
            try append(row, shape: [count], at: "", to: &numbers)
        } else {
            try append(row, shape: depth(of: row) > core.count ? shape : core, at: "", to: &numbers)
        }
        return numbers
    }

    /// Appends the numbers of nested lists of `shape`.
    func append(
        _ value: JSONValue, shape: [Int], at path: String, to numbers: inout [Float]
    ) throws(PreprocessingError) {
        guard let size = shape.first else { return try append(value, at: path, to: &numbers) }
        guard let elements = value.array, elements.count == size else {
            throw .row(
                number, field: path, expected: "a list of \(size) \(shape.count == 1 ? "numbers" : "lists")",
                found: value.array.map { "\($0.count)" } ?? JSONFields.text(value))
        }
        let rest = Array(shape.dropFirst())
        for (index, element) in elements.enumerated() {
            try append(element, shape: rest, at: "\(path)[\(index)]", to: &numbers)
        }
    }

    /// Appends one number.
    func append(_ value: JSONValue, at path: String, to numbers: inout [Float]) throws(PreprocessingError) {
        if value == .null, allowsMissing { return numbers.append(.nan) }
        guard let double = value.double, Float(double).isFinite else {
            throw .row(number, field: path, expected: "a number that fits float32", found: JSONFields.text(value))
        }
        numbers.append(Float(double))
    }

    /// Lists inside each other along the first elements.
    private func depth(of value: JSONValue) -> Int {
        var (depth, value) = (0, value)
        while let elements = value.array {
            depth += 1
            guard let first = elements.first else { break }
            value = first
        }
        return depth
    }
}
