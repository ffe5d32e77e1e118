import Tensors

/// A recurrent operator that leaves out steps anywhere in a sequence, as a function of ONNX's operators: the steps that
/// count are brought to the front, where sequence_lens finds them, and what is made of them goes back to their places.
struct MaskedRecurrence {
    let op: String
    /// Of ONNX's operator.
    let attributes: [String: AttributeValue]
    let directions: Int
    let layout: RecurrentLayout
    let repeatsOutput: Bool
    /// Outputs after the one of all steps.
    let states: Int
    /// Whether input 4 is lengths [batch] and no mask [batch, steps].
    let givesLengths: Bool
    /// Which inputs are there.
    let hasInput: [Bool]
    /// Whether output 0 is wanted.
    let wantsSteps: Bool

    /// The function's inputs, in the operator's order.
    static let inputs = ["X", "W", "R", "B", "mask", "initial_h", "initial_c"]

    /// Functions with the same key have the same nodes.
    var key: String {
        "\(attributes.sorted { $0.key < $1.key }) \(layout) \(repeatsOutput) \(givesLengths) \(hasInput) \(wantsSteps)"
    }

    private func name(_ index: Int) -> String { hasInput[index] ? Self.inputs[index] : "" }

    /// Adds the nodes and returns the names of the outputs.
    func outputs(_ body: inout FunctionBody) -> [String] {
        let isBatchFirst = layout == .batchFirst
        let x = isBatchFirst ? "X" : body.add("Transpose", ["X"], ["perm": .ints([1, 0, 2])])
        let isActive = givesLengths ? body.isBefore("mask", stepsOf: x) : body.isNotZero("mask")
        let active = body.add("Cast", [isActive], ["to": .int(7)])
        let lengths = body.add("ReduceSum", [active, body.integers([1])], ["keepdims": .int(0)])
        let packed = pack(x, active, &body)
        var inputs = [body.add("Transpose", [packed], ["perm": .ints([1, 0, 2])]), "W", "R", name(3)]
        inputs.append(body.add("Cast", [lengths], ["to": .int(6)]))
        for index in 5...6 where hasInput[index] {
            while inputs.count < index { inputs.append("") }
            inputs.append(swapped(name(index), &body))
        }
        let results = body.add(op, inputs, attributes, outputCount: 1 + states)
        let steps = wantsSteps ? unpack(results[0], active, lengths, &body) : results[0]
        return [steps] + results.dropFirst().map { swapped($0, &body) }
    }

    /// States [directions, batch, hidden] to or from the layout of the operator.
    private func swapped(_ states: String, _ body: inout FunctionBody) -> String {
        layout == .batchFirst ? body.add("Transpose", [states], ["perm": .ints([1, 0, 2])]) : states
    }

    /// x [batch, steps, …] with the active steps first, each part in its order.
    private func pack(_ x: String, _ active: String, _ body: inout FunctionBody) -> String {
        let (count, numbers) = body.steps(of: x)
        let one = body.constant(Tensor([1], shape: []))
        let isLate = body.add("Sub", [one, active])
        let order = body.add("Add", [numbers, body.add("Mul", [isLate, count])])
        let sorted = body.add(
            "TopK", [order, count], ["axis": .int(1), "largest": .int(0), "sorted": .int(1)], outputCount: 2)
        return gather(x, sorted[1], &body)
    }

    /// The steps of x [batch, steps, …] that numbers [batch, steps] pick.
    private func gather(_ x: String, _ numbers: String, _ body: inout FunctionBody) -> String {
        body.add("GatherND", [x, body.add("Unsqueeze", [numbers, body.integers([2])])], ["batch_dims": .int(1)])
    }

    /// Y [steps, directions, batch, hidden] of packed steps in the operator's layout, each step in its place.
    private func unpack(
        _ y: String, _ active: String, _ lengths: String, _ body: inout FunctionBody
    ) -> String {
        let packed = body.add("Transpose", [y], ["perm": .ints([2, 0, 1, 3])])
        let counts = body.add("CumSum", [active, body.constant(Tensor([1], shape: []))])
        let (zero, one) = (body.constant(Tensor([0], shape: [])), body.constant(Tensor([1], shape: [])))
        let reverse = attributes["direction"].map { if case .string("reverse") = $0 { true } else { false } } ?? false
        var parts: [String] = []
        for direction in 0..<directions {
            let isReversed = reverse || direction == 1
            // The step that was walked last when this one's turn comes: before it, or in reverse order behind it.
            var place: String
            var exists: String
            if repeatsOutput, isReversed {
                place = body.add("Sub", [counts, active])
                exists = body.add("Less", [place, body.add("Unsqueeze", [lengths, body.integers([1])])])
            } else {
                place = body.add("Sub", [counts, one])
                exists = repeatsOutput ? body.add("Less", [zero, counts]) : body.add("Less", [zero, active])
            }
            let last = body.add("Sub", [body.add("Squeeze", [body.steps(of: packed).count, body.integers([0])]), one])
            place = body.add("Min", [body.add("Max", [place, zero]), last])
            let own = body.add("Gather", [packed, body.constant(Tensor([direction], shape: []))], ["axis": .int(2)])
            let found = gather(own, place, &body)
            let kept = body.add("Mul", [found, body.add("Unsqueeze", [body.float(exists), body.integers([2])])])
            parts.append(body.add("Unsqueeze", [kept, body.integers([2])]))
        }
        let all = parts.count == 1 ? parts[0] : body.add("Concat", parts, ["axis": .int(2)])
        return layout == .batchFirst ? all : body.add("Transpose", [all], ["perm": .ints([1, 2, 0, 3])])
    }
}
