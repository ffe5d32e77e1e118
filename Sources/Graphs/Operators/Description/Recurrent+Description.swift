import Tensors

extension DescriptionContext {
    /// Adds the node of a recurrent operator. onnxruntime knows no layout but time first, and B always has two vectors.
    /// - Parameter states: How many outputs are the last states, after the one of all steps.
    fileprivate mutating func finishRecurrent(
        _ op: String, _ attributes: [String: AttributeValue], layout: RecurrentLayout, states: Int
    ) throws(GraphError) {
        let isBatchFirst = layout == .batchFirst
        // [batch, steps, features] or [batch, directions, hidden] from and to batch second.
        let swapped = isBatchFirst ? [1, 0, 2] : [0, 1, 2]
        var inputs: [String] = []
        for index in 0..<inputCount {
            switch index {
            case 0, 5, 6: inputs.append(input(index, permuted: swapped))
            case 3: inputs.append(try bias())
            case 4: inputs.append(try lengths())
            default: inputs.append(input(index))
            }
        }
        let all = isBatchFirst ? [2, 0, 1, 3] : [0, 1, 2, 3]
        finish(op, inputs, attributes, permutations: [all] + [[Int]](repeating: swapped, count: states))
    }

    /// Input 3 with a second vector of zeros where Apus has but one.
    private mutating func bias() throws(GraphError) -> String {
        guard has(3), let bias = constant(3), let rows = try type(2).dimensions[1].fixedValue,
            bias.shape.rank == 2, bias.shape[1] == rows
        else { return input(3) }
        let values = bias.floats
        let zeros = [Float](repeating: 0, count: rows)
        let both = (0..<bias.shape[0]).flatMap { values[($0 * rows)..<(($0 + 1) * rows)] + zeros }
        return add(Tensor(both, shape: [bias.shape[0], 2 * rows]), as: "B")
    }

    /// Input 4 as int32.
    private mutating func lengths() throws(GraphError) -> String {
        guard has(4) else { return "" }
        return try type(4).dtype == .int32 ? input(4) : add("Cast", [input(4)], ["to": .int(6)])
    }
}

extension RecurrentDirection {
    fileprivate static func name(of directions: [RecurrentDirection]) -> String {
        directions.count == 2 ? "bidirectional" : directions == [.reverse] ? "reverse" : "forward"
    }
}

extension DescriptionContext {
    /// The hidden units of the node's weights.
    fileprivate func hiddenSize() throws(GraphError) -> Int {
        guard let size = try type(2, rank: 3).dimensions[2].fixedValue else {
            throw .input(2, expected: "weights of known shape", found: "\(try type(2))")
        }
        return size
    }

    private func type(_ index: Int, rank: Int) throws(GraphError) -> ValueType {
        let type = try type(index)
        guard type.rank == rank else { throw .input(index, expected: "rank \(rank)", found: "\(type)") }
        return type
    }
}

extension LSTM: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        let attributes: [String: AttributeValue] = [
            "hidden_size": .int(try context.hiddenSize()),
            "direction": .string(RecurrentDirection.name(of: directions)),
        ]
        try context.finishRecurrent(name, attributes, layout: layout, states: 2)
    }
}

extension HiddenStateOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        var attributes: [String: AttributeValue] = [
            "hidden_size": .int(try context.hiddenSize()),
            "direction": .string(RecurrentDirection.name(of: directions)),
        ]
        switch cell {
        case .gru(let resetsAfterProduct): attributes["linear_before_reset"] = .int(resetsAfterProduct ? 1 : 0)
        case .tanh: attributes["activations"] = .strings(directions.map { _ in "Tanh" })
        case .relu: attributes["activations"] = .strings(directions.map { _ in "Relu" })
        }
        try context.finishRecurrent(name, attributes, layout: layout, states: 1)
    }
}
