package import Tensors

/// A long short-term memory layer as files have it: weights are inputs, gates in the order i, o, f, c. With constant
/// weights it becomes `LSTMLayer`.
package struct LSTM: Operator {
    package static let name = "LSTM"
    package static let isCostly = true
    let common: RecurrentAttributes

    /// The functions of a cell that names none: of the gates, of what goes into the cell and of what comes out of it.
    package static let usualActivations: [CellActivation] = [.sigmoid, .tanh, .tanh]

    package init(attributes: Attributes) throws(GraphError) {
        common = try RecurrentAttributes(attributes, usual: Self.usualActivations)
        if try attributes.flag("input_forget") {
            throw .attribute("input_forget", expected: "0", found: "1")
        }
    }

    var directions: [RecurrentDirection] { common.directions }
    var layout: RecurrentLayout { common.layout }

    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(1, true), (2, true), (3, true)] }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard let weights = inputs.constant(1), let recurrent = inputs.constant(2),
            !inputs.has(3) || inputs.constant(3) != nil
        else { throw .unsupported("LSTM with weights computed from the request is not supported") }
        let layer = try layer(
            weights, recurrent, inputs.constant(3), hasPeepholes: inputs.has(7))
        let steps = try inputs.type(0, rank: 3).dimensions[layout == .timeFirst ? 0 : 1]
        let lengths = try SequenceLength.matters(inputs, 4, steps: steps) ? 4 : nil
        // Zero is where a sequence starts anyhow.
        let states = [5, 6].map { inputs.has($0) && inputs.splat($0) != 0 ? $0 : nil }
        return Specialization(layer, inputs: [0] + states + [lengths])
    }

    private func layer(
        _ weights: Tensor, _ recurrent: Tensor, _ bias: Tensor?, hasPeepholes: Bool
    ) throws(GraphError) -> LSTMLayer {
        if hasPeepholes { throw .unsupported("LSTM with peepholes is not supported") }
        let count = directions.count
        guard weights.shape.rank == 3, weights.shape[0] == count, weights.shape[1] % 4 == 0 else {
            throw .input(1, expected: "weights [\(count), 4·hidden, inputs]", found: "\(weights.shape)")
        }
        let (hidden, features) = (weights.shape[1] / 4, weights.shape[2])
        guard hidden > 0, common.hiddenSize ?? hidden == hidden else {
            throw .attribute(
                "hidden_size", expected: "\(hidden) as the weights have", found: "\(common.hiddenSize ?? 0)")
        }
        guard recurrent.shape == [count, 4 * hidden, hidden] else {
            throw .input(2, expected: "weights [\(count), \(4 * hidden), \(hidden)]", found: "\(recurrent.shape)")
        }
        // One vector is Apus's own addition: Keras's layers have no recurrent bias.
        if let bias, bias.shape != [count, 8 * hidden], bias.shape != [count, 4 * hidden] {
            throw .input(3, expected: "biases [\(count), \(8 * hidden)]", found: "\(bias.shape)")
        }
        for (index, tensor) in [weights, recurrent, bias].enumerated() where tensor?.dtype ?? .float32 != .float32 {
            throw .input(index + 1, expected: "float32", found: "\(tensor?.dtype.rawValue ?? "")")
        }
        let vectors = (bias?.shape[1] ?? 0) / (4 * hidden)
        let cells = directions.enumerated().map { index, direction in
            LSTMLayer.Cell(
                direction: direction,
                weights: RecurrentWeights(
                    input: weights, recurrent: recurrent, direction: index, gates: Self.gates),
                bias: Self.biasSum(bias, vectors: (index * vectors)..<((index + 1) * vectors), hidden: hidden))
        }
        return LSTMLayer(
            inputSize: features, hiddenSize: hidden, cells: cells, activations: common.activations,
            repeatsOutput: common.repeatsOutput, layout: layout)
    }

    /// The sum of the bias vectors [4·hidden] of one direction.
    private static func biasSum(_ bias: Tensor?, vectors: Range<Int>, hidden: Int) -> [Float] {
        let all = bias?.floats ?? []
        let lists = vectors.map { reordered(all[($0 * 4 * hidden)...], block: hidden) }
        guard let first = lists.first else { return [Float](repeating: 0, count: 4 * hidden) }
        return lists.dropFirst().reduce(first) { sum, list in zip(sum, list).map { $0 + $1 } }
    }

    /// Where i, f, g, o stand in ONNX's order i, o, f, c.
    private static let gates = [0, 2, 3, 1]

    /// Four gate blocks from ONNX's order i, o, f, c to i, f, g, o.
    private static func reordered(_ list: ArraySlice<Float>, block: Int) -> [Float] {
        gates.flatMap { gate in
            list[(list.startIndex + gate * block)..<(list.startIndex + (gate + 1) * block)]
        }
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        guard let specialization = try specialized(inputs) else { return [] }
        return try specialization.op.inferTypes(inputs)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let layer = try layer(
            try inputs.required(1), try inputs.required(2), inputs.optional(3), hasPeepholes: inputs.optional(7) != nil)
        return try layer.evaluate(
            [try inputs.required(0), inputs.optional(5), inputs.optional(6), inputs.optional(4)])
    }
}
