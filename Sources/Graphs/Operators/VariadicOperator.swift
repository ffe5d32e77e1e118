import Tensors

/// An operator of any number of operands that takes in one after another with an operator of two.
protocol VariadicOperator: DescribedOperator {
    /// The operator of two operands.
    func pair() throws(GraphError) -> any Operator

    /// What the last result is multiplied by; nil for nothing.
    func last(count: Int) -> Float?
}

extension VariadicOperator {
    func last(count: Int) -> Float? { nil }

    package static var joinsTypes: Bool { true }

    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        var result = try graph.input(0)
        for index in 1..<max(graph.inputCount, 1) {
            result = graph.add(try pair(), [result, try graph.input(index)])
        }
        if let factor = last(count: graph.inputCount) {
            return [try graph.add("Mul", [result, graph.constant(Tensor([factor], shape: []))])]
        }
        return [graph.inputCount == 1 ? graph.copy(result) : result]
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0)
        for index in 1..<max(inputs.count, 1) {
            type.dimensions = try Broadcast.dimensions(type.dimensions, try inputs.type(index).dimensions)
        }
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        var result = try inputs.required(0)
        for index in inputs.indices.dropFirst() {
            result = try pair().evaluate([result, try inputs.required(index)])[0]
        }
        guard let factor = last(count: inputs.count) else { return [result] }
        return [Tensor(result.convertedToFloat32().floats.map { $0 * factor }, shape: result.shape)]
    }
}
