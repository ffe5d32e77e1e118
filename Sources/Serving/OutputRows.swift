package import Tensors

/// One output of an answer.
package enum OutputRows: Sendable {
    /// [rows, …]
    case equal(Tensor)
    /// Rows whose sizes differ, in order: each the row of that number in a tensor [rows of equal sizes, …].
    case varying([(tensor: Tensor, row: Int)])

    /// Number of rows.
    package var rows: Int {
        switch self {
        case .equal(let tensor): tensor.shape[0]
        case .varying(let rows): rows.count
        }
    }

    /// A row: which of a tensor [rows, …] it is.
    package func row(_ index: Int) -> (tensor: Tensor, row: Int) {
        switch self {
        case .equal(let tensor): (tensor, index)
        case .varying(let rows): rows[index]
        }
    }

    /// Numbers of all rows.
    package var elementCount: Int {
        switch self {
        case .equal(let tensor): tensor.elementCount
        case .varying(let rows): rows.reduce(0) { $0 + $1.tensor.elementCount / max($1.tensor.shape[0], 1) }
        }
    }

    /// All rows together; nil when their sizes differ.
    package var tensor: Tensor? {
        if case .equal(let tensor) = self { tensor } else { nil }
    }

    /// The outputs of requests in the order of the rows that they were divided from.
    /// - Parameters:
    ///   - responses: At least one.
    ///   - places: Where each row of each response stands among all.
    /// - Returns: The outputs.
    static func joined(_ responses: [InferenceResponse], places: [[Int]]) -> [OutputRows] {
        responses[0].outputs.indices.map { output in
            join(responses.map { $0.outputs[output] }, places)
        }
    }

    private static func join(_ parts: [Tensor], _ places: [[Int]]) -> OutputRows {
        let sample = parts[0].shape.dimensions.dropFirst()
        let rows = places.reduce(0) { $0 + $1.count }
        guard parts.allSatisfy({ $0.shape.dimensions.dropFirst() == sample }) else {
            var order = (0..<rows).map { _ in (tensor: parts[0], row: 0) }
            for (tensor, places) in zip(parts, places) {
                for (row, place) in places.enumerated() { order[place] = (tensor, row) }
            }
            return .varying(order)
        }
        let size = sample.reduce(1, *)
        let joined = AlignedStorage(unfilledByteCount: rows * size * MemoryLayout<Float>.stride)
        for (tensor, places) in zip(parts, places) {
            for (row, place) in places.enumerated() {
                unsafe (joined.floats + place * size).update(from: tensor.storage.floats + row * size, count: size)
            }
        }
        return .equal(Tensor(dtype: .float32, shape: Shape([rows] + sample), storage: joined))
    }
}
