import Tensors

/// An operator that maps each element by itself, keeping the shape.
protocol UnaryOperator: Operator {
    /// The naive twin for one element.
    func scalar(_ x: Float) -> Float

    /// The kernel: y[i] = f(x[i]) for `count` elements.
    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void
}

extension UnaryOperator {
    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        guard type.dtype == .float32 else { throw .input(0, expected: "float32", found: "\(type)") }
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (elements, shape) = try inputs.floats(0)
        return [Tensor(elements.map(scalar), shape: shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let count = context.rowShape(ofInput: 0).elementCount
        let kernel = unsafe kernel(context.kernels)
        context.addRowwiseStep(reads: [0]) { operands, _ in unsafe kernel(operands[0], operands[1], count) }
    }
}
