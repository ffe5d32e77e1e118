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
        var biasVectors = 2
        var attributes: [String: AttributeValue] = [:]

        var testDescription: String {
            "\(op) \(direction)\(isBatchFirst ? " batch first" : "") \(hidden) \(outputs)\(hasLengths ? " lengths" : "")"
        }

        static let steps = 4

        /// x [batch, steps, features] shifted by a parameter, the layer, and its outputs joined.
        func graph() throws -> Graph {
            var builder = GraphBuilder()
            var x = builder.input([.symbol("batch"), .fixed(Self.steps), .fixed(features)])
            let lengths = hasLengths ? builder.input([.symbol("batch")], "lengths") : nil
            x = try builder.apply1("Add", [x, builder.parameter("shift", [Self.steps, features], scale: 0.2)])
            let time: [String: AttributeValue] = ["perm": .ints([1, 0, 2])]
            if !isBatchFirst { x = try builder.apply1("Transpose", [x], time) }
            let directions = direction == "bidirectional" ? 2 : 1
            var all = attributes
            all["hidden_size"] = .int(hidden)
            all["direction"] = .string(direction)
            if isBatchFirst { all["layout"] = .int(1) }
            let ids = try builder.apply(
                op,
                [
                    x, builder.parameter("W", [directions, gates * hidden, features]),
                    builder.parameter("R", [directions, gates * hidden, hidden]),
                    builder.parameter("B", [directions, biasVectors * gates * hidden]), lengths,
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
            let last = builder.graph.nodes.firstIndex { $0.outputs.contains(ids[0]) }!
            builder.graph.nodes[last].outputs = ids.map { kept.contains($0) ? $0 : nil }
            builder.graph.outputs = [
                parts.count == 1 ? parts[0] : try builder.apply1("Concat", parts, ["axis": .int(1)])
            ]
            return builder.graph
        }

        func inputs(batch: Int) -> [[Float]] {
            let x = randomTensor([batch * Self.steps * features], seed: 21).floats
            return hasLengths ? [x, (0..<batch).map { Float($0 % (Self.steps + 1)) }] : [x]
        }
    }

    static let lstm: [Case] = [
        Case(op: "LSTM", gates: 4), Case(op: "LSTM", gates: 4, hidden: 19, outputs: [0, 1, 2]),
        Case(op: "LSTM", gates: 4, direction: "reverse", hidden: 16, features: 1, outputs: [1]),
        Case(op: "LSTM", gates: 4, direction: "bidirectional", outputs: [0, 1, 2]),
        Case(op: "LSTM", gates: 4, isBatchFirst: true, outputs: [0, 1]),
        Case(op: "LSTM", gates: 4, direction: "bidirectional", isBatchFirst: true, outputs: [1, 2]),
    ]

    static let masked: [Case] = [
        Case(op: "LSTM", gates: 4, isBatchFirst: true, outputs: [1], hasLengths: true, biasVectors: 1),
        Case(
            op: "LSTM", gates: 4, direction: "bidirectional", isBatchFirst: true, outputs: [0, 1, 2], hasLengths: true),
    ]

    private static let resets: [String: AttributeValue] = ["linear_before_reset": .int(1)]
    private static let rectified: [String: AttributeValue] = ["activations": .strings(["Relu"])]

    static let hiddenState: [Case] = [
        Case(op: "GRU", gates: 3, hidden: 9, outputs: [0, 1], attributes: resets),
        Case(
            op: "GRU", gates: 3, direction: "bidirectional", isBatchFirst: true, outputs: [1], hasLengths: true,
            attributes: resets),
        Case(
            op: "GRU", gates: 3, direction: "reverse", isBatchFirst: true, outputs: [0], biasVectors: 1,
            attributes: resets),
        Case(op: "RNN", gates: 1, outputs: [0, 1]),
        Case(op: "RNN", gates: 1, isBatchFirst: true, features: 1, outputs: [1], attributes: rectified),
        Case(
            op: "RNN", gates: 1, direction: "bidirectional", isBatchFirst: true, outputs: [0, 1], hasLengths: true,
            biasVectors: 1),
    ]

    @Test(arguments: lstm + masked + hiddenState) func matchesFiniteDifferences(_ example: Case) throws {
        let batch = 5
        for kernels in Kernels.available {
            let check = try GradientCheck(
                try example.graph(), inputs: example.inputs(batch: batch), batch: batch, capacity: 6, kernels: kernels)
            let (error, parameter) = check.largestRelativeError()
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

    @Test(arguments: lstm + masked + hiddenState) func computesWhatTheModelServes(_ example: Case) throws {
        let batch = 3
        let inputs = example.inputs(batch: batch)
        let check = try GradientCheck(try example.graph(), inputs: inputs, batch: batch)
        check.plan.predict(batch: batch)
        var shapes: [Shape] = [[batch, Case.steps, example.features]]
        if example.hasLengths { shapes.append([batch]) }
        let served = try example.graph().evaluate(zip(inputs, shapes).map { Tensor($0, shape: $1) })
        #expect(largestDifference(check.outputs, served[0].floats) < 1e-5)
    }
}
