import Tensors
import Testing

@testable import Graphs

/// Gradients of recurrent layers through time, against finite differences.
struct RecurrentGradientTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let op: String
        let gates: Int
        var direction = "forward"
        var isBatchFirst = false
        var hidden = 5
        var features = 3
        /// Which outputs are used: all hidden states, the last hidden and the last cell state.
        var outputs = [0]
        var hasLengths = false
        /// Whether any steps do not count instead, and whether outputs repeat themselves there.
        var mask: Mask?
        /// Bias vectors of each direction.
        var vectors = 2
        /// Smaller where a kink is near.
        var step: Float = 1e-2
        var attributes: [String: AttributeValue] = [:]

        enum Mask: Sendable { case zeroes, repeats }

        var testDescription: String {
            [
                op, direction, isBatchFirst ? "batch first" : "time first", "\(hidden)", "\(outputs)",
                hasLengths ? "lengths" : "", mask.map { "mask \($0)" } ?? "", "\(vectors) bias vectors",
                attributes.isEmpty ? "" : "\(attributes)",
            ].joined(separator: " ")
        }

        static let steps = 4

        /// x [batch, steps, features] shifted by a parameter, the layer, and its outputs joined.
        func graph() throws -> Graph {
            var builder = GraphBuilder()
            var x = builder.input([.symbol("batch"), .fixed(Self.steps), .fixed(features)])
            let lengths =
                hasLengths
                ? builder.input([.symbol("batch")], "lengths")
                : mask == nil ? nil : builder.input([.symbol("batch"), .fixed(Self.steps)], "mask")
            x = try builder.apply1("Add", [x, builder.parameter("shift", [Self.steps, features], scale: 0.2)])
            let time: [String: AttributeValue] = ["perm": .ints([1, 0, 2])]
            if !isBatchFirst { x = try builder.apply1("Transpose", [x], time) }
            let directions = direction == "bidirectional" ? 2 : 1
            var all = attributes
            all["hidden_size"] = .int(hidden)
            all["direction"] = .string(direction)
            if isBatchFirst { all["layout"] = .int(1) }
            if mask == .repeats { all["repeats_output"] = .int(1) }
            let ids = try builder.apply(
                op,
                [
                    x, builder.parameter("W", [directions, gates * hidden, features]),
                    builder.parameter("R", [directions, gates * hidden, hidden]),
                    vectors == 0 ? nil : builder.parameter("B", [directions, vectors * gates * hidden]), lengths,
                ], all, outputs: 3)
            let parts = try outputs.map { output in
                var y = ids[output]
                if !isBatchFirst {
                    let permutation = output == 0 ? [2, 0, 1, 3] : [1, 0, 2]
                    y = try builder.apply1("Transpose", [y], ["perm": .ints(permutation)])
                }
                return try builder.apply1("Flatten", [y])
            }
            let kept = Set(outputs.map { ids[$0] })
            let last = try #require(builder.graph.nodes.firstIndex { $0.outputs.contains(ids[0]) })
            builder.graph.nodes[last].outputs = ids.map { kept.contains($0) ? $0 : nil }
            builder.graph.outputs = [
                parts.count == 1 ? parts[0] : try builder.apply1("Concat", parts, ["axis": .int(1)])
            ]
            return builder.graph
        }

        func inputs(batch: Int) -> [[Float]] {
            let x = randomTensor([batch * Self.steps * features], seed: 21).floats
            if mask != nil {
                // Row r has the bits of 5r, so that gaps stand everywhere.
                return [x, (0..<batch).flatMap { row in (0..<Self.steps).map { Float((row * 5) >> $0 & 1) } }]
            }
            return hasLengths ? [x, (0..<batch).map { Float($0 % (Self.steps + 1)) }] : [x]
        }
    }

    private static let bothWays = "bidirectional"
    private static let afterProduct: [String: AttributeValue] = ["linear_before_reset": .int(1)]
    private static let beforeProduct: [String: AttributeValue] = ["linear_before_reset": .int(0)]
    private static let relu: [String: AttributeValue] = ["activations": .strings(["Relu"])]
    private static let relus: [String: AttributeValue] = ["activations": .strings(["Relu", "Relu"])]

    static let lstm: [Case] = [
        Case(op: "LSTM", gates: 4), Case(op: "LSTM", gates: 4, hidden: 19, outputs: [0, 1, 2]),
        Case(op: "LSTM", gates: 4, direction: "reverse", hidden: 16, features: 1, outputs: [1]),
        Case(op: "LSTM", gates: 4, direction: bothWays, outputs: [0, 1, 2]),
        Case(op: "LSTM", gates: 4, isBatchFirst: true, outputs: [0, 1]),
        Case(op: "LSTM", gates: 4, direction: bothWays, isBatchFirst: true, outputs: [1, 2]),
        Case(op: "LSTM", gates: 4, outputs: [0, 1, 2], hasLengths: true),
        Case(op: "LSTM", gates: 4, direction: bothWays, isBatchFirst: true, outputs: [0, 1, 2], hasLengths: true),
        Case(op: "LSTM", gates: 4, direction: bothWays, outputs: [1], vectors: 1),
        Case(op: "LSTM", gates: 4, vectors: 0),
    ]

    static let gru: [Case] = [
        Case(op: "GRU", gates: 3), Case(op: "GRU", gates: 3, hidden: 19, outputs: [0, 1]),
        Case(op: "GRU", gates: 3, direction: "reverse", hidden: 16, features: 1, outputs: [1]),
        Case(op: "GRU", gates: 3, direction: bothWays, outputs: [0, 1]),
        Case(op: "GRU", gates: 3, direction: bothWays, isBatchFirst: true, outputs: [1]),
        Case(op: "GRU", gates: 3, outputs: [0, 1], hasLengths: true),
        Case(op: "GRU", gates: 3, direction: bothWays, isBatchFirst: true, outputs: [0, 1], hasLengths: true),
        Case(op: "GRU", gates: 3, direction: bothWays, vectors: 1), Case(op: "GRU", gates: 3, vectors: 0),
    ].flatMap { example in
        [afterProduct, beforeProduct].map { attributes in
            var example = example
            example.attributes = attributes
            return example
        }
    }

    static let plain: [Case] = [
        Case(op: "RNN", gates: 1, hidden: 19, outputs: [0, 1]),
        Case(op: "RNN", gates: 1, direction: bothWays, outputs: [0, 1], vectors: 1),
        Case(op: "RNN", gates: 1, direction: "reverse", isBatchFirst: true, features: 1, outputs: [1], vectors: 0),
        Case(op: "RNN", gates: 1, direction: bothWays, isBatchFirst: true, outputs: [0, 1], hasLengths: true),
        // Few units, so that none of them is near its kink.
        Case(op: "RNN", gates: 1, hidden: 2, features: 1, outputs: [0, 1], step: 1e-3, attributes: relu),
        Case(
            op: "RNN", gates: 1, direction: bothWays, hidden: 2, features: 1, hasLengths: true, step: 1e-3,
            attributes: relus),
    ]

    private static func functions(_ names: [String]) -> [String: AttributeValue] {
        ["activations": .strings(names + names)]
    }

    /// Steps anywhere that do not count, and functions other than the usual ones.
    static let others: [Case] =
        [("LSTM", 4), ("GRU", 3), ("RNN", 1)].flatMap { op, gates in
            [Case.Mask.zeroes, .repeats].flatMap { mask in
                [
                    Case(op: op, gates: gates, direction: bothWays, isBatchFirst: true, outputs: [0, 1], mask: mask),
                    Case(op: op, gates: gates, direction: "reverse", outputs: [0], mask: mask),
                ]
            }
        } + [
            Case(
                op: "LSTM", gates: 4, direction: bothWays, outputs: [0, 1, 2], mask: .repeats,
                attributes: functions(["Softsign", "ScaledTanh", "Softplus"])),
            Case(
                op: "GRU", gates: 3, direction: bothWays, outputs: [0, 1],
                attributes: functions(["Softsign", "Softplus"]).merging(beforeProduct) { $1 }),
            Case(
                op: "GRU", gates: 3, direction: bothWays, outputs: [0, 1],
                attributes: functions(["Softsign", "Elu"]).merging(afterProduct) { $1 }),
            Case(op: "RNN", gates: 1, direction: bothWays, attributes: functions(["Affine"])),
            Case(op: "RNN", gates: 1, direction: bothWays, attributes: functions(["Softplus"])),
        ]

    @Test(arguments: lstm + gru + plain + others) func matchesFiniteDifferences(_ example: Case) throws {
        let batch = 5
        for kernels in Kernels.available {
            let check = try GradientCheck(
                try example.graph(), inputs: example.inputs(batch: batch), batch: batch, capacity: 6, kernels: kernels)
            let (error, parameter) = check.largestRelativeError(step: example.step)
            #expect(error < 1e-3, "\(kernels): \(parameter)")
        }
        let one = try GradientCheck(try example.graph(), inputs: example.inputs(batch: batch), batch: batch)
        let two = try GradientCheck(try example.graph(), inputs: example.inputs(batch: batch), batch: batch, threads: 2)
        one.train()
        two.train()
        #expect(largestDifference(one.outputs, two.outputs) == 0)
        for index in one.store.parameters.indices {
            #expect(largestDifference(one.store.gradient(index).floats, two.store.gradient(index).floats) < 1e-5)
        }
    }

    @Test(arguments: lstm + gru + plain + others) func computesWhatTheModelServes(_ example: Case) throws {
        let batch = 3
        let inputs = example.inputs(batch: batch)
        let check = try GradientCheck(try example.graph(), inputs: inputs, batch: batch)
        check.plan.predict(batch: batch)
        var shapes: [Shape] = [[batch, Case.steps, example.features]]
        if example.hasLengths { shapes.append([batch]) }
        if example.mask != nil { shapes.append([batch, Case.steps]) }
        let served = try example.graph().evaluate(zip(inputs, shapes).map { Tensor($0, shape: $1) })
        #expect(largestDifference(check.outputs, served[0].floats) < 1e-5)
    }

    /// Zero initial states and lengths that are all steps, as exporters write them, change nothing.
    @Test func dropsInitialStatesOfZero() throws {
        var builder = GraphBuilder()
        let x = builder.input([4, .symbol("batch"), 3])
        let batch = try builder.apply1(
            "Slice", [try builder.apply1("Shape", [x]), builder.integers([1]), builder.integers([2])])
        let shape = try builder.apply1(
            "Concat", [builder.integers([1]), batch, builder.integers([5])], ["axis": .int(0)])
        let zero = try builder.apply1("ConstantOfShape", [shape])
        let zeros = try builder.apply1("Concat", [zero, zero], ["axis": .int(0)])
        let parameters = [
            builder.parameter("W", [2, 15, 3]), builder.parameter("R", [2, 15, 5]), builder.parameter("B", [2, 30]),
        ]
        let attributes = Self.afterProduct.merging(["direction": .string(Self.bothWays)]) { $1 }
        let y = try builder.apply("GRU", [x] + parameters + [nil, zeros], attributes, outputs: 2)
        builder.graph.outputs = [y[0]]
        try builder.graph.prepareForTraining(parameters: ["W", "R", "B"])
        #expect(builder.graph.nodes.map { $0.op.name } == ["GRU"])
        #expect(builder.graph.nodes[0].inputs[5] == nil)
    }

    /// A layer that starts from what another one ended with, with gaps at its start.
    @Test(arguments: [("LSTM", 4), ("GRU", 3), ("RNN", 1)], [0, 1])
    func initialStatesHaveGradients(_ layer: (op: String, gates: Int), repeats: Int) throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), 4, 3])
        let mask = builder.input([.symbol("batch"), 4], "mask")
        let (count, states) = (layer.gates * 5, layer.op == "LSTM" ? 2 : 1)
        let attributes: [String: AttributeValue] = [
            "layout": .int(1), "direction": .string(Self.bothWays), "repeats_output": .int(repeats),
        ]
        let first = try builder.apply(
            layer.op, [x, builder.parameter("W", [2, count, 3]), builder.parameter("R", [2, count, 5])], attributes,
            outputs: 1 + states)
        builder.graph.nodes[builder.graph.nodes.count - 1].outputs[0] = nil
        let second = try builder.apply(
            layer.op,
            [x, builder.parameter("W2", [2, count, 3]), builder.parameter("R2", [2, count, 5]), nil, mask]
                + first.dropFirst().map { Optional($0) }, attributes, outputs: 2)
        let parts = try second.map { try builder.apply1("Flatten", [$0]) }
        builder.graph.outputs = [try builder.apply1("Concat", parts, ["axis": .int(1)])]
        let inputs = [
            randomTensor([5, 4, 3], seed: 3),
            Tensor((0..<20).map { Float(($0 / 4 * 7) >> ($0 % 4) & 1) }, shape: [5, 4]),
        ]
        let check = try GradientCheck(builder.graph, inputs: inputs.map(\.floats), batch: 5)
        let (error, parameter) = check.largestRelativeError()
        #expect(error < 1e-3, "\(parameter)")
        check.plan.predict(batch: 5)
        #expect(largestDifference(check.outputs, try builder.graph.evaluate(inputs)[0].floats) < 1e-5)
    }
}
