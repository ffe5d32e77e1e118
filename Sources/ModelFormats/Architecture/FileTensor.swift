import Tensors

/// One tensor of `model.safetensors`, and where its elements stand among the graph's constants.
///
/// Files have PyTorch's names and layouts, graphs what their operators want; both hold the same numbers, so that
/// converting there and back changes no bit.
struct FileTensor: Sendable, Equatable {
    /// `lstm.weight_ih_l0`.
    let name: String
    let shape: Shape
    /// The graph constant with the elements.
    let parameter: String
    /// Where in the constant each of the tensor's equally long parts begins.
    let offsets: [Int]
    /// Whether the constant is the transposed matrix; then it is the whole one.
    let isTransposed: Bool

    /// A tensor that is the whole constant.
    init(_ name: String, _ shape: Shape, isTransposed: Bool = false, parameter: String? = nil) {
        self.init(name, shape, parameter: parameter ?? name, offsets: [0], isTransposed: isTransposed)
    }

    /// A tensor made of parts of a constant.
    init(_ name: String, _ shape: Shape, parameter: String, offsets: [Int], isTransposed: Bool = false) {
        self.name = name
        self.shape = shape
        self.parameter = parameter
        self.offsets = offsets
        self.isTransposed = isTransposed
    }

    /// Whether the constant has the same elements in the same order.
    func isWhole(_ constant: Shape) -> Bool {
        !isTransposed && offsets == [0] && constant.elementCount == shape.elementCount
    }

    /// The tensor as the file has it.
    func read(from tensor: Tensor) -> Tensor {
        if isWhole(tensor.shape) { return tensor.reshaped(to: shape) }
        let constant = tensor.floats
        let elements: [Float]
        if isTransposed {
            elements = Self.transposed(constant, rows: shape[1], columns: shape[0])
        } else {
            let part = shape.elementCount / offsets.count
            elements = offsets.flatMap { constant[$0..<($0 + part)] }
        }
        return Tensor(elements, shape: shape)
    }

    /// Puts the file's elements where the graph wants them.
    func write(_ elements: [Float], to constant: inout [Float]) {
        guard !isTransposed else {
            constant = Self.transposed(elements, rows: shape[0], columns: shape[1])
            return
        }
        let part = shape.elementCount / offsets.count
        for (index, offset) in offsets.enumerated() {
            constant.replaceSubrange(
                offset..<(offset + part), with: elements[(index * part)..<((index + 1) * part)])
        }
    }

    /// A matrix [rows, columns] as [columns, rows].
    private static func transposed(_ elements: [Float], rows: Int, columns: Int) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(elements.count)
        for column in 0..<columns {
            for row in 0..<rows { result.append(elements[row * columns + column]) }
        }
        return result
    }
}
