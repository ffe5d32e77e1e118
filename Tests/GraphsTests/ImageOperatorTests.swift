import Tensors
import Testing

@testable import Graphs

/// What operators on images have in common: rows are independent, sizes may be free, layouts stay as they are.
struct ImageOperatorTests {
    @Test(arguments: OperatorTests.images) func rowsDoNotDependOnTheirBatch(example: OperatorTests.Case) throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch")] + example.sample.map { .fixed($0) })
        builder.graph.outputs = [try example.build(&builder, x)]
        let input = randomTensor(Shape([3] + example.sample), seed: 77).floats
        let model = try CompiledModel(builder.graph, kernels: Kernels.best())
        #expect(try model.plan(bindings: [:]).fixedBatch == nil)
        let all = try model.output(input, rows: 3, threads: 2)
        let (size, count) = (input.count / 3, all.count / 3)
        for row in 0..<3 {
            let one = try model.output(Array(input[(row * size)..<((row + 1) * size)]), rows: 1)
            #expect(one.map(\.bitPattern) == all[(row * count)..<((row + 1) * count)].map(\.bitPattern))
        }
    }

    /// Operators on [batch, channels, time] whose last size is known only when a request comes.
    private static let free: [(String, @Sendable (inout GraphBuilder, Graph.ValueID) throws -> Graph.ValueID)] = [
        (
            "ConvTranspose",
            { builder, x in
                try builder.apply1(
                    "ConvTranspose", [x, builder.weights([4, 3, 3])], ["strides": .ints([2]), "pads": .ints([1, 0])])
            }
        ),
        ("Pad", { builder, x in try builder.apply1("Pad", [x, builder.integers([0, 0, 2, 0, 0, -1])]) }),
        (
            "reflecting Pad",
            { builder, x in
                try builder.apply1("Pad", [x, builder.integers([0, 0, 2, 0, 0, 1])], ["mode": .string("reflect")])
            }
        ),
        (
            "Resize",
            { builder, x in
                let scales = builder.graph.addConstant(Tensor([Float(1), 1, 3], shape: [3]))
                return try builder.apply1("Resize", [x, nil, scales], ["mode": .string("linear")])
            }
        ),
        (
            "LayerNormalization",
            { builder, x in
                let last = try builder.apply1("Transpose", [x], ["perm": .ints([0, 2, 1])])
                return try builder.apply1("LayerNormalization", [last, builder.weights([4]), builder.weights([4])])
            }
        ),
        (
            "InstanceNormalization",
            { builder, x in
                try builder.apply1("InstanceNormalization", [x, builder.weights([4]), builder.weights([4])])
            }
        ),
        ("Softmax", { builder, x in try builder.apply1("Softmax", [x], ["axis": .int(1)]) }),
        ("LRN", { builder, x in try builder.apply1("LRN", [x], ["size": .int(3)]) }),
    ]

    @Test(arguments: free.map(\.0), [5, 9]) func sizesMayBeFree(name: String, time: Int) throws {
        let build = try #require(Self.free.first { $0.0 == name }?.1)
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), 4, .symbol("time")])
        builder.graph.outputs = [try build(&builder, x)]
        let input = randomTensor([2, 4, time], seed: 3)
        let expected = try builder.graph.evaluate([input])[0]
        let model = try CompiledModel(builder.graph, kernels: Kernels.best())
        let found = try model.output(input.floats, rows: 2, bindings: ["time": time])
        #expect(largestDifference(found, expected.floats) < 2e-5)
        #expect(try model.plan(bindings: ["time": time]).fixedBatch == nil)
    }

    private static func steps(
        _ sample: [Int], _ build: (inout GraphBuilder, Graph.ValueID) throws -> Graph.ValueID
    ) throws -> [String] {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch")] + sample.map { .fixed($0) })
        builder.graph.outputs = [try build(&builder, x)]
        return try CompiledModel(builder.graph, kernels: Kernels.best()).plan(bindings: [:]).stepNames
    }

    /// Between convolutions nothing is turned: one transpose at the start and one at the end.
    @Test func layoutsStayBetweenConvolutions() throws {
        let steps = try Self.steps([3, 8, 8]) { builder, x in
            var y = try builder.apply1("Conv", [x, builder.weights([6, 3, 3, 3])])
            y = try builder.apply1("InstanceNormalization", [y, builder.weights([6]), builder.weights([6])])
            y = try builder.apply1("PRelu", [y, builder.weights([6, 1, 1])])
            y = try builder.apply1("Pad", [y, builder.integers([0, 0, 1, 1, 0, 0, 1, 1])])
            y = try builder.apply1("ConvTranspose", [y, builder.weights([6, 4, 2, 2])], ["strides": .ints([2, 2])])
            let scales = builder.graph.addConstant(Tensor([Float(1), 1, 2, 2], shape: [4]))
            y = try builder.apply1("Resize", [y, nil, scales], ["mode": .string("linear")])
            y = try builder.apply1("LRN", [y], ["size": .int(3)])
            y = try builder.apply1("Conv", [y, builder.weights([5, 4, 1, 1])])
            return try builder.apply1("Softmax", [y], ["axis": .int(1)])
        }
        #expect(steps.count { $0 == "Transpose" } == 2)
        #expect(steps.first == "Transpose" && steps.last == "Transpose")
    }

    /// Batch normalisation and ReLU become part of a transposed convolution.
    @Test func transposedConvolutionTakesInWhatFollows() throws {
        let steps = try Self.steps([4, 5]) { builder, x in
            let y = try builder.apply1("ConvTranspose", [x, builder.weights([4, 6, 2])], ["strides": .ints([2])])
            let variance = builder.graph.addConstant(Tensor([Float](repeating: 2, count: 6), shape: [6]))
            let statistics = [builder.weights([6]), builder.weights([6]), builder.weights([6]), variance]
            return try builder.apply1("Relu", [builder.apply1("BatchNormalization", [y] + statistics)])
        }
        #expect(steps.filter { $0 != "Transpose" } == ["TransposedConvolution"])
    }

    private static let refusals: [(String, [String: AttributeValue], [Float]?, String)] = [
        (
            "Pad", ["mode": .string("mirror")], nil,
            "attribute mode: expected constant, reflect, edge or wrap, got mirror"
        ),
        ("Resize", ["antialias": .int(1)], [1, 1, 2], "attribute antialias: expected 0, got 1"),
        (
            "Resize", ["mode": .string("area")], [1, 1, 2],
            "attribute mode: expected one of nearest, linear, cubic, got area"
        ),
        ("Resize", [:], [1, 1, 0], "attribute scales: expected numbers above 0, got 0.0"),
        ("Resize", [:], [1, 2], "Resize: expected 3 factors or sizes"),
        ("GroupNormalization", [:], nil, "attribute num_groups: expected at least 1, got 0"),
        ("DepthToSpace", [:], nil, "attribute blocksize: expected 1 to 1024, got 0"),
        ("LRN", [:], nil, "attribute size: expected at least 1, got 0"),
    ]

    @Test(arguments: refusals.indices) func otherAttributesAreRefused(index: Int) {
        let (op, attributes, scales, message) = Self.refusals[index]
        var found = ""
        do {
            var builder = GraphBuilder()
            let x = builder.input([.symbol("batch"), 2, 4])
            let factors = scales.map { builder.graph.addConstant(Tensor($0, shape: [$0.count])) }
            builder.graph.outputs = [try builder.apply1(op, [x, nil, factors], attributes, opset: 18)]
            try builder.graph.optimize()
        } catch {
            found = "\(error)"
        }
        #expect(found.hasSuffix(message), "\(found)")
    }
}
