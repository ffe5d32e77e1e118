import Tensors

/// An operator that only changes the shape; it becomes `Reshape` once its axes are known.
protocol ReshapingOperator: Operator {
    /// The axes as an attribute, as files had them before they became an input.
    var axes: [Int]? { get }

    /// The dimensions of the result.
    func target(_ type: ValueType, axes: [Int]?) throws(GraphError) -> [Dimension]
}

extension ReshapingOperator {
    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        Specialization(Reshape(to: try target(inputs)), inputs: [0])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        [ValueType(try inputs.type(0).dtype, try target(inputs))]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        let sizes = try target(ValueType(of: input), axes: inputs.optional(1)?.integers ?? axes)
        return try Reshape(to: sizes).evaluate([input])
    }

    private func target(_ inputs: InferenceInputs) throws(GraphError) -> [Dimension] {
        try target(try inputs.type(0), axes: try inputs.integers(1, "axes") ?? axes)
    }
}
