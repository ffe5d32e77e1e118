import Tensors
import Testing

@testable import Graphs

/// LSTM, GRU and RNN in every direction and layout, with and without lengths, compiled, against their naive twins.
struct RecurrentTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let op: String
        let gates: Int
        var direction = "forward"
        var isBatchFirst = true
        var hasLengths = false
        /// Whether it has a mask, and repeats outputs where that is 0.
        var mask: Mask?
        var biasVectors = 2
        var outputs = [0, 1]
        var attributes: [String: AttributeValue] = [:]

        enum Mask: Sendable { case zeroes, repeats, withStates }

        var directions: Int { direction == "bidirectional" ? 2 : 1 }

        var testDescription: String {
            "\(op) \(direction)\(isBatchFirst ? "" : " time first")\(hasLengths ? " with lengths" : "")\(mask.map { " mask \($0)" } ?? "") "
                + "\(biasVectors) biases, outputs \(outputs) \(attributes.keys.sorted())"
        }
    }

    private static let kinds: [Case] = [
        Case(op: "LSTM", gates: 4), Case(op: "GRU", gates: 3),
        Case(op: "GRU", gates: 3, attributes: ["linear_before_reset": .int(1)]), Case(op: "RNN", gates: 1),
        Case(op: "RNN", gates: 1, attributes: ["activations": .strings(["Relu", "Relu"])]),
    ]

    /// Functions other than the usual ones, and steps anywhere that do not count.
    static let others: [Case] = {
        let functions: [Case] = [
            Case(
                op: "LSTM", gates: 4,
                attributes: [
                    "activations": .strings(["HardSigmoid", "Softsign", "Elu"]),
                    "activation_alpha": .floats([0.3, 0.7]),
                    "activation_beta": .floats([0.4]),
                ]),
            Case(op: "GRU", gates: 3, attributes: ["activations": .strings(["Softplus", "Relu"])]),
            Case(
                op: "GRU", gates: 3,
                attributes: ["activations": .strings(["HardSigmoid", "ScaledTanh"]), "linear_before_reset": .int(1)]),
            Case(op: "RNN", gates: 1, attributes: ["activations": .strings(["Affine"])]),
            Case(op: "RNN", gates: 1, attributes: ["activations": .strings(["LeakyRelu"])]),
        ]
        return (kinds.prefix(4) + functions).flatMap { kind in
            ["forward", "reverse", "bidirectional"].flatMap { direction in
                [Case.Mask.zeroes, .repeats, .withStates].map {
                    var result = kind
                    (result.direction, result.mask) = (direction, $0)
                    return result
                }
            }
        }
    }()

    static let cases: [Case] = kinds.flatMap { kind in
        ["forward", "reverse", "bidirectional"].flatMap { direction in
            [(true, true, 2, [0, 1]), (true, false, 1, [1]), (false, false, 0, [0]), (false, true, 2, [1])].map {
                var result = kind
                (result.isBatchFirst, result.hasLengths, result.biasVectors, result.outputs) = $0
                result.direction = direction
                return result
            }
        }
    }

    private static let (rows, steps, features, hidden) = (5, 6, 3, 7)

    private static func graph(_ example: Case) throws -> Graph {
        var builder = GraphBuilder()
        let (batch, time) = (Dimension.symbol("batch"), Dimension.fixed(steps))
        let x = builder.input((example.isBatchFirst ? [batch, time] : [time, batch]) + [.fixed(features)])
        let lengths =
            example.hasLengths
            ? builder.input([batch], "lengths") : example.mask == nil ? nil : builder.input([batch, time], "mask")
        let (count, height) = (example.directions, example.gates * hidden)
        let bias = example.biasVectors == 0 ? nil : builder.weights([count, example.biasVectors * height])
        let states = (0..<(example.op == "LSTM" ? 2 : 1)).map { index in
            example.mask == .withStates ? builder.input([batch, .fixed(count), .fixed(hidden)], "state \(index)") : nil
        }
        let outputs = try builder.apply(
            example.op,
            [x, builder.weights([count, height, features]), builder.weights([count, height, hidden]), bias, lengths]
                + states,
            example.attributes.merging([
                "direction": .string(example.direction), "hidden_size": .int(hidden),
                "layout": .int(example.isBatchFirst ? 1 : 0),
                "repeats_output": .int(example.mask == nil || example.mask == .zeroes ? 0 : 1),
            ]) { $1 }, outputs: 2)
        for index in 0..<2 where !example.outputs.contains(index) { builder.graph.nodes[0].outputs[index] = nil }
        builder.graph.outputs = example.outputs.map { outputs[$0] }
        return builder.graph
    }

    /// Rows of 6 steps with gaps everywhere; the third has nothing else.
    private static let mask: [Float] = [
        1, 1, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1, 1, 0,
    ]

    @Test(arguments: Kernels.available, cases.filter(\.isBatchFirst) + others)
    func planEqualsTheNaiveTwin(kernels: Kernels, example: Case) throws {
        let graph = try Self.graph(example)
        var inputs = [randomTensor([Self.rows, Self.steps, Self.features], seed: 3)]
        if example.hasLengths { inputs.append(Tensor([6, 1, 0, 4, 9] as [Float], shape: [Self.rows])) }
        if example.mask != nil { inputs.append(Tensor(Self.mask, shape: [Self.rows, Self.steps])) }
        for index in inputs.count..<graph.inputs.count {
            inputs.append(randomTensor([Self.rows, example.directions, Self.hidden], seed: UInt64(index)))
        }
        let expected = try graph.evaluate(inputs)
        let plan = try CompiledModel(graph, kernels: kernels).plan(bindings: [:])
        #expect(plan.fixedBatch == nil)
        let found = plan.run(inputs, rows: Self.rows)
        for (expected, found) in zip(expected, found) { #expect(largestDifference(found, expected.floats) < 1e-5) }
        // Bit by bit what each row gives alone.
        for row in 0..<Self.rows {
            let alone = plan.run(inputs.map { Self.row(row, of: $0) }, rows: 1)
            for (all, one) in zip(found, alone) { #expect(Array(all[(row * one.count)...].prefix(one.count)) == one) }
        }
    }

    /// Many weights are packed once, for matrix products.
    @Test(arguments: ["forward", "reverse"]) func largeLSTMsHaveTheirWeightsOnce(direction: String) throws {
        let (features, hidden) = (1100, 640)
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), .symbol("time"), .fixed(features)])
        let outputs = try builder.apply(
            "LSTM",
            [
                x, builder.weights([1, 4 * hidden, features]), builder.weights([1, 4 * hidden, hidden]),
                builder.weights([1, 8 * hidden]),
            ], ["direction": .string(direction), "hidden_size": .int(hidden), "layout": .int(1)], outputs: 2)
        builder.graph.outputs = [outputs[0]]
        let kernels = try #require(Kernels.available.last)
        let model = try CompiledModel(builder.graph, kernels: kernels)
        #expect(model.packedByteCount == 4 * 4 * hidden * (features + hidden))
        #expect(model.constantByteCount < 1 << 16)
        let input = randomTensor([2, 3, features], seed: 5)
        let expected = try builder.graph.evaluate([input])[0]
        let found = try model.plan(bindings: ["time": 3]).run([input], rows: 2)[0]
        #expect(largestDifference(found, expected.floats) < 1e-4)
    }

    private static func row(_ index: Int, of tensor: Tensor) -> Tensor {
        let size = tensor.elementCount / rows
        return Tensor(
            Array(tensor.floats[(index * size)..<((index + 1) * size)]),
            shape: Shape([1] + tensor.shape.dimensions.dropFirst()))
    }

    /// A model with time first has its batch in the second dimension; the plan takes it whole.
    @Test(arguments: cases.filter { !$0.isBatchFirst })
    func timeFirstIsTheSameTransposed(example: Case) throws {
        let graph = try Self.graph(example)
        var turned = example
        turned.isBatchFirst = true
        let x = randomTensor([Self.rows, Self.steps, Self.features], seed: 3)
        let lengths = example.hasLengths ? [Tensor([6, 1, 0, 4, 9] as [Float], shape: [Self.rows])] : []
        let expected = try Self.graph(turned).evaluate([x] + lengths)
        let found = try graph.evaluate([Transpose.transposed(x, [1, 0, 2])] + lengths)
        for (index, output) in example.outputs.enumerated() {
            let permutation = output == 0 ? [2, 0, 1, 3] : [1, 0, 2]
            let back = Transpose.transposed(found[index], permutation)
            #expect(back.shape == expected[index].shape)
            #expect(back.floats == expected[index].floats)
        }
    }

    /// A file of a fixed batch has the initial states of all its rows as constants.
    @Test(arguments: Kernels.available, ["LSTM", "GRU", "RNN"])
    func constantInitialStatesAreWhereSequencesBegin(kernels: Kernels, op: String) throws {
        let gates = ["LSTM": 4, "GRU": 3, "RNN": 1][op] ?? 0
        for (isBatchFirst, batch) in [(true, 3), (false, 3), (false, 1)] {
            var builder = GraphBuilder()
            let input = builder.input([.fixed(batch), 6, 3])
            let x = isBatchFirst ? input : try builder.apply1("Transpose", [input], ["perm": .ints([1, 0, 2])])
            let weights = [
                builder.weights([2, gates * 7, 3]), builder.weights([2, gates * 7, 7]),
                builder.weights([2, 2 * gates * 7]),
            ]
            let states = (0..<(op == "LSTM" ? 2 : 1)).map { _ in
                builder.weights(isBatchFirst ? [batch, 2, 7] : [2, batch, 7], scale: 1)
            }
            let outputs = try builder.apply(
                op, [x] + weights + [nil] + states,
                ["direction": .string("bidirectional"), "hidden_size": .int(7), "layout": .int(isBatchFirst ? 1 : 0)],
                outputs: 2)
            // The sequences, with the batch in front.
            builder.graph.outputs =
                isBatchFirst
                ? [outputs[0]] : [try builder.apply1("Transpose", [outputs[0]], ["perm": .ints([2, 0, 1, 3])])]
            let sample = randomTensor([batch, 6, 3], seed: 9)
            let expected = try builder.graph.evaluate([sample])[0]
            let plan = try CompiledModel(builder.graph, kernels: kernels).plan(bindings: [:])
            #expect(plan.fixedBatch == batch)
            #expect(largestDifference(plan.run([sample], rows: batch)[0], expected.floats) < 1e-5)
        }
    }

    @Test func lastStepsOfPaddedSequencesAreNotTheLastStates() throws {
        var graph = try Self.graph(Case(op: "LSTM", gates: 4, hasLengths: true, outputs: [0]))
        let last = graph.addNode(Gather(axis: 1), [graph.outputs[0], graph.addConstant(Tensor([-1], shape: []))])
        graph.outputs = last
        let steps = try CompiledModel(graph, kernels: Kernels.best()).plan(bindings: [:]).stepNames
        #expect(steps == ["LSTMLayer", "Gather"])
    }

    @Test(arguments: ["LSTM", "GRU", "RNN"])
    func lastStepsNeedNoOthers(op: String) throws {
        let gates = ["LSTM": 4, "GRU": 3, "RNN": 1][op] ?? 0
        var graph = try Self.graph(Case(op: op, gates: gates, outputs: [0]))
        let last = graph.addNode(Gather(axis: 1), [graph.outputs[0], graph.addConstant(Tensor([-1], shape: []))])
        graph.outputs = last
        let model = try CompiledModel(graph, kernels: Kernels.best())
        #expect(try model.plan(bindings: [:]).stepNames.count == 1)
        #expect(model.graph.nodes[0].outputs[0] == nil)
    }

    @Test func constantLengthsOfAllStepsChangeNothing() throws {
        var builder = GraphBuilder()
        let x = builder.input([2, 6, 3])
        let weights = [builder.weights([1, 28, 3]), builder.weights([1, 28, 7])]
        let lengths = builder.graph.addConstant(Tensor([6, 7], shape: [2]))
        let y = try builder.apply1("LSTM", [x] + weights + [nil, lengths], ["layout": .int(1)])
        builder.graph.outputs = [y]
        let model = try CompiledModel(builder.graph, kernels: Kernels.best())
        #expect(model.graph.nodes[0].inputs[3] == nil)
    }
}

extension ExecutionPlan {
    /// Runs rows through the plan and returns every output's elements.
    func run(_ inputs: [Tensor], rows: Int) -> [[Float]] {
        let workspace = makeWorkspace(threads: 1)
        let outputs = outputSizes.map { AlignedStorage(floatCount: rows * $0) }
        run(
            rows: rows, inputs: inputs.map { UnsafePointer($0.storage.floats) }, outputs: outputs.map(\.floats),
            workspace: workspace, pool: nil)
        return zip(outputs, outputSizes).map { Array(UnsafeBufferPointer(start: $0.floats, count: rows * $1)) }
    }
}
