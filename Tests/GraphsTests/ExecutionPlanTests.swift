import Tensors
import Testing

@testable import Graphs

/// Compiled models against the naive evaluation of the graph as built.
struct ExecutionPlanTests {
    /// The MNIST CNN in the form PyTorch exports: channels first, Flatten, Gemm with a transposed weight.
    private static func convolutionalNetwork(padding: Int = 0, poolFirst: Bool = false) throws -> Graph {
        var builder = GraphBuilder()
        var value = builder.input([.symbol("batch"), 1, 28, 28])
        let window: [String: AttributeValue] = [
            "kernel_shape": .ints([3, 3]), "pads": .ints([padding, padding, padding, padding]),
        ]
        for (channels, features) in [(1, 32), (32, 64)] {
            let (w, b) = (builder.weights([features, channels, 3, 3]), builder.weights([features]))
            value = try builder.apply1("Conv", [value, w, b], window)
            let pool: [String: AttributeValue] = ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])]
            if poolFirst { value = try builder.apply1("MaxPool", [value], pool) }
            value = try builder.apply1("Relu", [value])
            if !poolFirst { value = try builder.apply1("MaxPool", [value], pool) }
        }
        value = try builder.apply1("Flatten", [value])
        let flat = padding == 0 ? 1600 : 3136
        let (w3, b3) = (builder.weights([64, flat], scale: 0.05), builder.weights([64]))
        value = try builder.apply1("Gemm", [value, w3, b3], ["transB": .int(1)])
        value = try builder.apply1("Relu", [value])
        let (w4, b4) = (builder.weights([10, 64]), builder.weights([10]))
        builder.graph.outputs = [try builder.apply1("Gemm", [value, w4, b4], ["transB": .int(1)])]
        return builder.graph
    }

    /// The LSTM classifier in the form PyTorch exports: time first inside, zero states made from shapes.
    static func recurrentNetwork(
        inputs: Int = 1, hidden: Int = 50, direction: String = "forward"
    ) throws -> Graph {
        var builder = GraphBuilder()
        let directions = direction == "bidirectional" ? 2 : 1
        let x = builder.input([.symbol("batch"), .symbol("time"), .fixed(inputs)])
        let shape = try builder.apply1("Shape", [x])
        let rows = try builder.apply1("Gather", [shape, builder.scalar(0)], ["axis": .int(0)])
        let row = try builder.apply1("Unsqueeze", [rows, builder.integers([0])])
        let sizes = try builder.apply1(
            "Concat", [builder.integers([directions]), row, builder.integers([hidden])], ["axis": .int(0)])
        let zeros = try builder.apply1("ConstantOfShape", [sizes], ["value": .tensor(Tensor([Float(0)], shape: [1]))])
        let turned = try builder.apply1("Transpose", [x], ["perm": .ints([1, 0, 2])])
        let w = builder.weights([directions, 4 * hidden, inputs])
        let r = builder.weights([directions, 4 * hidden, hidden])
        let b = builder.weights([directions, 8 * hidden])
        let outputs = try builder.apply(
            "LSTM", [turned, w, r, b, nil, zeros, zeros],
            ["hidden_size": .int(hidden), "direction": .string(direction)], outputs: 3)
        // [T, D, B, H] → [T, B, D, H] → [T, B, D·H] → [B, T, D·H]
        let swapped = try builder.apply1("Transpose", [outputs[0]], ["perm": .ints([0, 2, 1, 3])])
        let merged = try builder.apply1(
            "Reshape", [swapped, builder.integers([0, 0, -1])])
        let batchFirst = try builder.apply1("Transpose", [merged], ["perm": .ints([1, 0, 2])])
        let last = try builder.apply1("Gather", [batchFirst, builder.scalar(-1)], ["axis": .int(1)])
        let (fc, bias) = (builder.weights([10, directions * hidden]), builder.weights([10]))
        builder.graph.outputs = [try builder.apply1("Gemm", [last, fc, bias], ["transB": .int(1)])]
        return builder.graph
    }

    @Test(arguments: Kernels.available, [false, true])
    func convolutionalNetworkEqualsItsNaiveEvaluation(kernels: Kernels, poolFirst: Bool) throws {
        let graph = try Self.convolutionalNetwork(poolFirst: poolFirst)
        let model = try CompiledModel(graph, kernels: kernels)
        let input = randomTensor([3, 1, 28, 28], seed: 9)
        let expected = try graph.evaluate([input])[0].floats
        let difference = largestDifference(try model.output(input.floats, rows: 3), expected)
        #expect(difference < 1e-4)
        #expect(try model.plan(bindings: [:]).stepNames == ["Convolution", "Convolution", "Dense", "Dense"])
    }

    @Test(arguments: Kernels.available)
    func paddedConvolutionalNetworkEqualsItsNaiveEvaluation(kernels: Kernels) throws {
        let graph = try Self.convolutionalNetwork(padding: 1)
        let model = try CompiledModel(graph, kernels: kernels)
        let input = randomTensor([2, 1, 28, 28], seed: 9)
        let difference = largestDifference(
            try model.output(input.floats, rows: 2), try graph.evaluate([input])[0].floats)
        #expect(difference < 1e-4)
        #expect(!(try model.plan(bindings: [:]).stepNames.contains("Transpose")))
    }

    @Test(arguments: Kernels.available, ["forward", "reverse", "bidirectional"])
    func recurrentNetworkEqualsItsNaiveEvaluation(kernels: Kernels, direction: String) throws {
        let graph = try Self.recurrentNetwork(inputs: 3, hidden: 17, direction: direction)
        let model = try CompiledModel(graph, kernels: kernels)
        let input = randomTensor([5, 11, 3], seed: 4)
        let output = try model.output(input.floats, rows: 5, bindings: ["time": 11])
        #expect(largestDifference(output, try graph.evaluate([input])[0].floats) < 1e-5)
        let steps = try model.plan(bindings: ["time": 11]).stepNames
        #expect(direction == "forward" ? steps == ["LSTMLayer", "Dense"] : !steps.contains("Transpose"))
    }

    @Test func rowsHaveTheSameBitsInEveryBatch() throws {
        for (graph, size, bindings) in [
            (try Self.convolutionalNetwork(), 784, [:]), (try Self.recurrentNetwork(), 28, ["time": 28]),
        ] {
            let model = try CompiledModel(graph, kernels: Kernels.best())
            let rows = 131
            let input = randomTensor([rows, size], seed: 3).floats
            let batch = try model.output(input, rows: rows, bindings: bindings)
            let threaded = try model.output(input, rows: rows, bindings: bindings, threads: 2)
            #expect(batch.map(\.bitPattern) == threaded.map(\.bitPattern))
            for row in stride(from: 0, to: rows, by: 7) {
                let one = try model.output(Array(input[(row * size)..<((row + 1) * size)]), rows: 1, bindings: bindings)
                #expect(one.map(\.bitPattern) == batch[(row * 10)..<((row + 1) * 10)].map(\.bitPattern))
            }
        }
    }

    @Test func fixedBatchRunsAnyNumberOfRows() throws {
        var builder = GraphBuilder()
        let x = builder.input([4, 6])
        let (w, b) = (builder.weights([6, 5]), builder.weights([5]))
        builder.graph.outputs = [try builder.apply1("Gemm", [x, w, b])]
        let model = try CompiledModel(builder.graph, kernels: Kernels.best())
        let input = randomTensor([11, 6], seed: 2)
        var padded = input.floats
        padded += [Float](repeating: 0, count: 6)
        var expected = [Float]()
        for start in stride(from: 0, to: 12, by: 4) {
            let part = Tensor(Array(padded[(start * 6)..<((start + 4) * 6)]), shape: [4, 6])
            expected += try builder.graph.evaluate([part])[0].floats
        }
        #expect(try model.plan(bindings: [:]).fixedBatch == 4)
        #expect(largestDifference(try model.output(input.floats, rows: 11), Array(expected.prefix(55))) < 1e-6)
    }

    /// Outputs that are an input, each other, or another output under another shape, some of them read further.
    @Test func outputsMayShareTheirElements() throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), 6], "x")
        let matrix = builder.integers([-1, 2, 3])
        let shaped = try builder.apply1("Reshape", [x, matrix])
        let relu = try builder.apply1("Relu", [x])
        let same = try builder.apply1("Identity", [relu])
        let again = try builder.apply1("Identity", [relu])
        let reluShaped = try builder.apply1("Reshape", [relu, matrix])
        let ends = [try builder.apply1("Sigmoid", [shaped]), try builder.apply1("Tanh", [reluShaped])]
        builder.graph.outputs = [x, shaped, same, again, reluShaped] + ends
        for (index, id) in builder.graph.outputs.enumerated() { builder.graph[id].name = "output \(index)" }
        let model = try CompiledModel(builder.graph, kernels: Kernels.best())
        #expect(model.outputs.map(\.name) == (0..<7).map { "output \($0)" })

        let input = randomTensor([5, 6], seed: 3)
        let plan = try model.plan(bindings: [:])
        let found = plan.outputSizes.map { AlignedStorage(floatCount: 5 * $0) }
        plan.run(
            rows: 5, inputs: [UnsafePointer(input.storage.floats)], outputs: found.map(\.floats),
            workspace: plan.makeWorkspace(threads: 1), pool: nil)
        for (storage, expected) in zip(found, try builder.graph.evaluate([input])) {
            let elements = Array(UnsafeBufferPointer(start: storage.floats, count: expected.elementCount))
            #expect(largestDifference(elements, expected.floats) < 1e-6)
        }
    }

    @Test func aRowThatNoMemoryHoldsIsRefused() throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), .fixed(1 << 15), .fixed(1 << 14)])
        builder.graph.outputs = [try builder.apply1("Relu", [x])]
        let error = GraphError.structure("[32768, 16384] has too many elements; a row may have 67108864")
        #expect(throws: error) { try CompiledModel(builder.graph, kernels: Kernels.best()) }
    }

    @Test func aScalarInputIsRefused() throws {
        var builder = GraphBuilder()
        builder.graph.outputs = [try builder.apply1("Relu", [builder.input([], "a")])]
        #expect(throws: GraphError.structure("input \"a\" has no dimensions; expected the batch as its first")) {
            try CompiledModel(builder.graph, kernels: Kernels.best())
        }
    }

    @Test func batchThatDoesNotStandInFrontStillWorks() throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("n"), 3, 4])
        let turned = try builder.apply1("Transpose", [x], ["perm": .ints([1, 0, 2])])
        let soft = try builder.apply1("Softmax", [turned])
        builder.graph.outputs = [try builder.apply1("Transpose", [soft], ["perm": .ints([1, 2, 0])])]
        let model = try CompiledModel(builder.graph, kernels: Kernels.best())
        let input = randomTensor([5, 3, 4], seed: 2)
        #expect(
            largestDifference(try model.output(input.floats, rows: 5), try builder.graph.evaluate([input])[0].floats)
                < 1e-6)
    }
}
