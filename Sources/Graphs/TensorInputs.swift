import Tensors

extension [Tensor?] {
    /// A required input of `Operator.evaluate`.
    func required(_ index: Int) throws(GraphError) -> Tensor {
        guard index < count, let tensor = self[index] else {
            throw .arity(what: "inputs", expected: "at least \(index + 1)", found: count)
        }
        return tensor
    }

    /// An optional input.
    func optional(_ index: Int) -> Tensor? { index < count ? self[index] : nil }

    /// A required float32 input's elements and shape.
    func floats(_ index: Int) throws(GraphError) -> (elements: [Float], shape: Tensors.Shape) {
        let tensor = try required(index)
        guard tensor.dtype == .float32 else { throw .input(index, expected: "float32", found: "\(tensor.dtype)") }
        return (tensor.floats, tensor.shape)
    }
}
