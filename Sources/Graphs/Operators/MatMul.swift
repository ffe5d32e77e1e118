package import Tensors

/// The product of the last two dimensions. With a constant matrix on the right it becomes `Dense`.
package struct MatMul: Operator {
    package static let name = "MatMul"
    package static let isCostly = true

    package init(attributes: Attributes) throws(GraphError) {}

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard let weight = inputs.constant(1), weight.shape.rank == 2, weight.dtype == .float32 else { return nil }
        return Specialization(Dense(weight: weight, bias: nil), inputs: [0])
    }

    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(1, true)] }

    package func weighted(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard inputs.constant(1) != nil else {
            throw .unsupported("MatMul is trained with its matrix on the right only")
        }
        return Specialization(WeightedDense(isTransposed: false), inputCount: inputs.count)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let (a, b) = (try inputs.type(0), try inputs.type(1))
        guard a.rank >= 2, b.rank == 2, a.dimensions.last == b.dimensions[0] else {
            throw .input(1, expected: "a matrix of two dimensions that fits \(a)", found: "\(b)")
        }
        return [ValueType(a.dtype, a.dimensions.dropLast() + [b.dimensions[1]])]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        try Dense(weight: try inputs.required(1), bias: nil).evaluate([try inputs.required(0)])
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        throw .unsupported("MatMul of two matrices computed from the request is not supported")
    }
}
