import Tensors

/// A recurrent operator of a file whose only state is the hidden one. Inputs: X, W, R, B, sequence_lens, initial_h.
protocol HiddenStateOperator: DescribedOperator {
    var common: RecurrentAttributes { get }
    var cell: HiddenStateCell { get }
}

extension HiddenStateOperator {
    package static var isCostly: Bool { true }

    var directions: [RecurrentDirection] { common.directions }
    var layout: RecurrentLayout { common.layout }
    private var hiddenSize: Int? { common.hiddenSize }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard let weights = inputs.constant(1), let recurrent = inputs.constant(2),
            !inputs.has(3) || inputs.constant(3) != nil
        else { throw .unsupported("\(name) with weights computed from the request is not supported") }
        let layer = try layer(weights, recurrent, inputs.constant(3))
        // Zero is where a sequence starts anyhow.
        let state = inputs.has(5) && inputs.splat(5) != 0 ? 5 : nil
        let steps = try inputs.type(0, rank: 3).dimensions[layout == .timeFirst ? 0 : 1]
        let lengths = try SequenceLength.matters(inputs, 4, steps: steps) ? 4 : nil
        return Specialization(layer, inputs: [0, state, lengths])
    }

    private func layer(
        _ weights: Tensor, _ recurrent: Tensor, _ bias: Tensor?
    ) throws(GraphError) -> HiddenStateLayer {
        let (count, gates) = (directions.count, cell.gateCount)
        guard weights.shape.rank == 3, weights.shape[0] == count, weights.shape[1] % gates == 0,
            weights.shape[1] > 0, weights.shape[2] > 0
        else { throw .input(1, expected: "weights [\(count), \(gates)·hidden, inputs]", found: "\(weights.shape)") }
        let (hidden, features) = (weights.shape[1] / gates, weights.shape[2])
        guard hiddenSize ?? hidden == hidden else {
            throw .attribute("hidden_size", expected: "\(hidden) as the weights have", found: "\(hiddenSize ?? 0)")
        }
        let rows = gates * hidden
        guard recurrent.shape == [count, rows, hidden] else {
            throw .input(2, expected: "weights [\(count), \(rows), \(hidden)]", found: "\(recurrent.shape)")
        }
        // One vector is Apus's own addition: Keras's plain layers have no recurrent bias.
        if let bias, bias.shape != [count, 2 * rows], bias.shape != [count, rows] {
            throw .input(3, expected: "biases [\(count), \(2 * rows)]", found: "\(bias.shape)")
        }
        for (index, tensor) in [weights, recurrent, bias].enumerated() where tensor?.dtype ?? .float32 != .float32 {
            throw .input(index + 1, expected: "float32", found: "\(tensor?.dtype.rawValue ?? "")")
        }
        let (b, vectors) = (bias?.floats ?? [], (bias?.shape[1] ?? 0) / rows)
        let zeros = [Float](repeating: 0, count: rows)
        let parts = directions.enumerated().map { index, direction in
            func vector(_ which: Int) -> [Float] {
                let start = (index * vectors + which) * rows
                return which < vectors ? Array(b[start..<(start + rows)]) : zeros
            }
            return HiddenStateLayer.Part(
                direction: direction,
                weights: RecurrentWeights(
                    input: weights, recurrent: recurrent, direction: index, gates: Array(0..<cell.gateCount)),
                inputBias: vector(0), recurrentBias: vector(1))
        }
        return HiddenStateLayer(
            inputSize: features, hiddenSize: hidden, cell: cell, parts: parts,
            repeatsOutput: common.repeatsOutput, layout: layout)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        guard let specialization = try specialized(inputs) else { return [] }
        return try specialization.op.inferTypes(inputs)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let layer = try layer(try inputs.required(1), try inputs.required(2), inputs.optional(3))
        return try layer.evaluate([try inputs.required(0), inputs.optional(5), inputs.optional(4)])
    }
}
