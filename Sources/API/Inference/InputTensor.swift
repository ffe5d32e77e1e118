import JSON
import Preprocessing
import Tensors

/// An input of a model, or a column of its rows, as a request gives it in one piece.
struct InputTensor {
    /// The elements, row-major.
    enum Values {
        case floats(AlignedStorage)
        /// Texts, or files.
        case bytes([[UInt8]])
    }

    /// Empty for the only input there is.
    let name: String
    /// Where it stands in the request, for messages.
    let place: String
    /// The sizes, the rows first; as many elements as `values` has.
    let shape: [Int]
    let values: Values
    /// Whether the whole may be one row, without the dimension of rows.
    var mayBeRow = false

    var shapePath: String { isPart ? place + ".shape" : place }
    var namePath: String { isPart ? place + ".name" : place }
    var datatypePath: String { isPart ? place + ".datatype" : place }

    /// Whether it is described inside a document.
    private var isPart: Bool { place.hasPrefix("inputs[") }

    /// The number of rows, and the shape of each in the form that is expected if it can be given that form: sizes of 1
    /// at the end may be left out or added, and a row may be flat.
    /// - Parameter expected: nil where a size is free.
    /// - Returns: The shape as it is when it cannot be given that form.
    func rows(of expected: [Int?]) -> (count: Int, sample: [Int]) {
        let sample = Array(shape.dropFirst())
        if let fitting = Self.fit(sample, expected) { return (shape[0], fitting) }
        if mayBeRow, let fitting = Self.fit(shape, expected) { return (1, fitting) }
        return (shape[0], sample)
    }

    private static func fit(_ sample: [Int], _ expected: [Int?]) -> [Int]? {
        var sizes = sample
        while sizes.count > expected.count, sizes.last == 1 { sizes.removeLast() }
        while sizes.count < expected.count, expected[sizes.count] == 1 { sizes.append(1) }
        if sizes.count == expected.count, zip(sizes, expected).allSatisfy({ $0 == $1 ?? $0 }) { return sizes }
        let fixed = expected.compactMap { $0 }
        return sample.count == 1 && fixed.count == expected.count && fixed.reduce(1, *) == sample[0] ? fixed : nil
    }

    /// An element as a value of a table. No number, and an empty text, are a missing value.
    func cell(_ index: Int) throws(APIError) -> Cell {
        switch values {
        case .floats(let storage):
            let value = unsafe storage.floats[index]
            return value.isNaN ? .missing : .number(value)
        case .bytes(let texts):
            guard let text = String(validating: texts[index], as: UTF8.self) else {
                throw .field(
                    FieldError(path: "\(place).data[\(index)]", expected: "text in UTF-8", found: "other bytes"))
            }
            return text.isEmpty ? .missing : .text(text)
        }
    }
}
