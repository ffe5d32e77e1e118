import Tensors

/// A pooling operator as files have it; it becomes `Pooling`.
protocol PoolingOperator: Operator {
    var layout: Layout { get set }

    /// The pooling for an input; throws when a size it needs is free.
    func pooling(_ input: ValueType) throws(GraphError) -> Pooling
}

extension PoolingOperator {
    package static var isCostly: Bool { true }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        Specialization(try laidOut(try inputs.type(0)), inputs: [0])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        try laidOut(try inputs.type(0)).inferTypes(inputs)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        return try laidOut(ValueType(of: input)).evaluate([input])
    }

    private func laidOut(_ input: ValueType) throws(GraphError) -> Pooling {
        var pooling = try pooling(input)
        pooling.layout = layout
        return pooling
    }

    /// A window over all spatial dimensions of an image.
    func wholeImage(_ input: ValueType) throws(GraphError) -> WindowAttributes {
        let sizes = input.rank < 3 ? [] : input.dimensions[layout.spatialAxes(rank: input.rank)].map(\.fixedValue)
        guard !sizes.contains(nil), (1...3).contains(sizes.count) else {
            throw .unsupported(
                "\(name) of \(input) is not supported: it needs one to three spatial dimensions of known size")
        }
        return WindowAttributes(covering: sizes.compactMap(\.self))
    }
}
