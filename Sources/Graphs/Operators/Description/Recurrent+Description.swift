import Tensors

extension DescriptionContext {
    /// Adds the node of a recurrent operator. onnxruntime knows no layout but time first, and B always has two vectors.
    /// - Parameters:
    ///   - op: Its name.
    ///   - common: The attributes that all have.
    ///   - own: Other attributes.
    ///   - usual: The functions of a cell that names none.
    ///   - states: How many outputs are the last states, after the one of all steps.
    /// - Throws: `GraphError` for cells that ONNX does not have.
    fileprivate mutating func finishRecurrent(
        _ op: String, _ common: RecurrentAttributes, _ own: [String: AttributeValue], usual: [CellActivation],
        states: Int
    ) throws(GraphError) {
        if let activation = common.activations.first(where: { $0 == .exponential || $0 == .selu }) {
            throw .unsupported("\(op) with the function \(activation.onnx.name), which ONNX's cells do not have")
        }
        var attributes = own
        attributes["hidden_size"] = .int(try hiddenSize())
        attributes["direction"] = .string(RecurrentDirection.name(of: common.directions))
        let functions = RecurrentAttributes.activations(
            common.activations, usual: usual, directions: common.directions.count)
        attributes.merge(functions) { $1 }
        let bias = try bias()
        let masksSteps = has(4) ? try type(4).rank == 2 || (common.repeatsOutput && wants(0)) : false
        guard !masksSteps else {
            return try finishMasked(op, common, attributes, bias: bias, states: states)
        }
        let isBatchFirst = common.layout == .batchFirst
        // [batch, steps, features] or [batch, directions, hidden] from and to batch second.
        let swapped = isBatchFirst ? [1, 0, 2] : [0, 1, 2]
        var inputs: [String] = []
        for index in 0..<inputCount {
            switch index {
            case 0, 5, 6: inputs.append(input(index, permuted: swapped))
            case 3: inputs.append(bias)
            case 4: inputs.append(try lengths())
            default: inputs.append(input(index))
            }
        }
        let all = isBatchFirst ? [2, 0, 1, 3] : [0, 1, 2, 3]
        finish(op, inputs, attributes, permutations: [all] + [[Int]](repeating: swapped, count: states))
    }

    /// Adds a function for an operator that leaves out steps anywhere in a sequence.
    private mutating func finishMasked(
        _ op: String, _ common: RecurrentAttributes, _ attributes: [String: AttributeValue], bias: String, states: Int
    ) throws(GraphError) {
        let masked = MaskedRecurrence(
            op: op, attributes: attributes, directions: common.directions.count, layout: common.layout,
            repeatsOutput: common.repeatsOutput, states: states, givesLengths: try type(4).rank == 1,
            hasInput: (0..<7).map { has($0) }, wantsSteps: wants(0))
        var own = attributes
        if common.layout == .batchFirst { own["layout"] = .int(1) }
        if common.repeatsOutput { own[RecurrentAttributes.repeatsOutputName] = .int(1) }
        let inputs = (0..<inputCount).map { $0 == 3 ? bias : input($0) }
        finishFunction(op, inputs: MaskedRecurrence.inputs, given: inputs, attributes: own, key: masked.key) { body in
            masked.outputs(&body)
        }
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

    /// The hidden units of the node's weights.
    private func hiddenSize() throws(GraphError) -> Int {
        let type = try type(2)
        guard type.rank == 3, let size = type.dimensions[2].fixedValue else {
            throw .input(2, expected: "weights of known shape", found: "\(type)")
        }
        return size
    }
}

extension RecurrentDirection {
    fileprivate static func name(of directions: [RecurrentDirection]) -> String {
        directions.count == 2 ? "bidirectional" : directions == [.reverse] ? "reverse" : "forward"
    }
}

extension LSTM: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        try context.finishRecurrent(name, common, [:], usual: Self.usualActivations, states: 2)
    }
}

extension HiddenStateOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        var attributes: [String: AttributeValue] = [:]
        var usual: [CellActivation] = [.tanh]
        if case .gru(let resetsAfterProduct, _, _) = cell {
            attributes["linear_before_reset"] = .int(resetsAfterProduct ? 1 : 0)
            usual = [.sigmoid, .tanh]
        }
        try context.finishRecurrent(name, common, attributes, usual: usual, states: 1)
    }
}
