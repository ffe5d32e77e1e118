import Tensors
import Testing

@testable import Graphs

/// The gradient of every operator against finite differences, on every level and on several threads.
struct GradientTests {
    /// A graph over one input [batch, …] with parameters; those of an operator without any are a shift of its input.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let sample: [Int]
        var isShifted = true
        /// Smaller where a kink is near.
        var step: Float = 1e-2
        let build: @Sendable (inout GraphBuilder, Graph.ValueID) throws -> Graph.ValueID

        var testDescription: String { "\(name) \(sample)" }

        func graph() throws -> Graph {
            var builder = GraphBuilder()
            var x = builder.input([.symbol("batch")] + sample.map { .fixed($0) })
            if isShifted { x = try builder.apply1("Add", [x, builder.parameter("shift", Shape(sample), scale: 0.1)]) }
            builder.graph.outputs = [try build(&builder, x)]
            return builder.graph
        }
    }

    private static func convolution(
        _ name: String, _ sample: [Int], weight: Shape, _ attributes: [String: AttributeValue] = [:],
        then: [(String, [String: AttributeValue])] = []
    ) -> Case {
        Case(name: name, sample: sample, step: 5e-4) { builder, x in
            var y = try builder.apply1(
                "Conv", [x, builder.parameter("weight", weight), builder.parameter("bias", [weight[0]])], attributes)
            for (name, attributes) in then { y = try builder.apply1(name, [y], attributes) }
            return y
        }
    }

    private static func unary(
        _ name: String, _ sample: [Int], _ attributes: [String: AttributeValue] = [:], step: Float = 1e-2
    ) -> Case {
        Case(name: name, sample: sample, step: step) { builder, x in try builder.apply1(name, [x], attributes) }
    }

    static let pool: [String: AttributeValue] = ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2])]

    static let convolutions: [Case] = [
        convolution("plain", [3, 7, 6], weight: [5, 3, 3, 3]),
        convolution("one channel", [1, 6, 7], weight: [33, 1, 3, 3], then: [("Tanh", [:])]),
        convolution("pooled", [4, 9, 7], weight: [20, 4, 3, 3], then: [("Relu", [:]), ("MaxPool", pool)]),
        convolution("pooled first", [4, 6, 7], weight: [7, 4, 3, 3], then: [("MaxPool", pool), ("Relu", [:])]),
        convolution("same", [3, 7, 6], weight: [5, 3, 3, 3], ["pads": .ints([1, 1, 1, 1])], then: [("Relu", [:])]),
        convolution(
            "strided", [2, 9, 8], weight: [4, 2, 3, 3], ["strides": .ints([2, 2]), "pads": .ints([1, 0, 1, 1])]),
        convolution("dilated", [2, 9, 8], weight: [4, 2, 3, 3], ["dilations": .ints([2, 2])]),
        convolution("grouped", [4, 6, 6], weight: [6, 2, 3, 3], ["group": .int(2), "pads": .ints([1, 1, 1, 1])]),
        convolution("depthwise", [4, 6, 6], weight: [4, 1, 3, 3], ["group": .int(4)]),
        convolution("one dimension", [3, 12], weight: [5, 3, 4], ["pads": .ints([2, 1])], then: [("Tanh", [:])]),
        convolution("1×1", [6, 4, 4], weight: [35, 6, 1, 1]),
    ]

    static let simple: [Case] = [
        unary("Relu", [9], step: 1e-3), unary("Tanh", [9]), unary("Sigmoid", [3, 5]), unary("Exp", [7]),
        unary("LeakyRelu", [9], ["alpha": .float(0.2)], step: 1e-3), unary("Softmax", [3, 6]),
        unary("LogSoftmax", [6]), unary("Flatten", [3, 4]), unary("Transpose", [3, 4], ["perm": .ints([0, 2, 1])]),
        unary("MaxPool", [2, 6, 6], ["kernel_shape": .ints([3, 3]), "strides": .ints([2, 2])], step: 1e-3),
        unary("AveragePool", [2, 5, 6], ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1])]),
        unary("GlobalAveragePool", [3, 4, 5]), unary("GlobalMaxPool", [3, 4, 5], step: 1e-3),
        Case(name: "Gemm", sample: [7], isShifted: false) { builder, x in
            try builder.apply1(
                "Gemm", [x, builder.parameter("weight", [5, 7]), builder.parameter("bias", [5])], ["transB": .int(1)])
        },
        Case(name: "Gemm, Relu, Gemm", sample: [7], step: 1e-3) { builder, x in
            let hidden = try builder.apply1(
                "Gemm", [x, builder.parameter("w1", [7, 33]), builder.parameter("b1", [33])])
            return try builder.apply1(
                "Gemm", [builder.apply1("Relu", [hidden]), builder.parameter("w2", [33, 3])])
        },
        Case(name: "MatMul and Add", sample: [4, 6]) { builder, x in
            let product = try builder.apply1("MatMul", [x, builder.parameter("weight", [6, 5])])
            return try builder.apply1("Add", [product, builder.parameter("bias", [5])])
        },
        Case(name: "a value used three times", sample: [5]) { builder, x in
            let y = try builder.apply1("Tanh", [x])
            let sum = try builder.apply1("Add", [y, x])
            return try builder.apply1("Mul", [try builder.apply1("Sub", [sum, y]), y])
        },
        Case(name: "Div", sample: [5]) { builder, x in
            try builder.apply1("Div", [x, builder.apply1("Exp", [x])])
        },
        Case(name: "stretched", sample: [3, 4]) { builder, x in
            let mean = try builder.apply1(
                "Slice", [x, builder.integers([1]), builder.integers([2]), builder.integers([1])])
            return try builder.apply1("Mul", [x, mean])
        },
        Case(name: "Slice and Concat", sample: [6, 2]) { builder, x in
            let part = try builder.apply1(
                "Slice",
                [x, builder.integers([4]), builder.integers([0]), builder.integers([1]), builder.integers([-2])])
            return try builder.apply1("Concat", [x, part, part], ["axis": .int(1)])
        },
        Case(name: "BatchNormalization as served", sample: [3, 4, 2]) { builder, x in
            try builder.apply1(
                "BatchNormalization",
                [
                    x, builder.parameter("scale", [3]), builder.parameter("shift.bn", [3]),
                    builder.parameter("mean", [3]), builder.parameter("variance", [3], offset: 1),
                ])
        },
    ]

    static let all =
        convolutions + simple + functions + reductions + shaping + severalImages + fixed + images + volumes + elements
        + choices

    @Test(arguments: all) func matchesFiniteDifferences(_ example: Case) throws {
        for kernels in Kernels.available {
            let batch = 3
            let count = batch * example.sample.reduce(1, *)
            // A batch norm with the running statistics is checked elsewhere with the batch's own.
            let isServed = example.name.hasSuffix("as served")
            let check = try GradientCheck(
                try example.graph(), inputs: [randomTensor([count], seed: 5).floats], batch: batch, capacity: 4,
                kernels: kernels, frozen: isServed ? ["scale", "shift.bn"] : [])
            let (error, parameter) = check.largestRelativeError(step: example.step)
            #expect(error < 1e-3, "\(kernels): \(parameter)")
        }
    }

    @Test(arguments: all) func threadsGiveTheSameGradients(_ example: Case) throws {
        let batch = 5
        let input = randomTensor([batch * example.sample.reduce(1, *)], seed: 6).floats
        let one = try GradientCheck(try example.graph(), inputs: [input], batch: batch)
        let three = try GradientCheck(try example.graph(), inputs: [input], batch: batch, threads: 3)
        one.train()
        three.train()
        #expect(largestDifference(one.outputs, three.outputs) == 0)
        for index in one.store.parameters.indices {
            let (a, b) = (one.store.gradient(index).floats, three.store.gradient(index).floats)
            let scale = a.reduce(1) { max($0, abs($1)) }
            #expect(largestDifference(a, b) <= 1e-5 * scale)
        }
    }

    /// ReLU and pooling joined with the convolution, against the same as operators of their own: with a slope of 0 and
    /// after an operator that cannot be joined.
    @Test(arguments: [[1, 8, 9], [4, 7, 6], [1, 28, 28]]) func joinedLayersHaveTheGradientsOfTheirParts(
        sample: [Int]
    ) throws {
        func check(_ relu: (String, [String: AttributeValue])) throws -> GradientCheck {
            let example = Self.convolution(
                "", sample, weight: [34, sample[0], 3, 3], then: [relu, ("MaxPool", Self.pool)])
            return try GradientCheck(
                try example.graph(), inputs: [randomTensor([3 * sample.reduce(1, *)], seed: 5).floats], batch: 3)
        }
        let joined = try check(("Relu", [:]))
        let apart = try check(("LeakyRelu", ["alpha": .float(0)]))
        #expect(joined.plan.stepNames.count < apart.plan.stepNames.count)
        joined.train()
        apart.train()
        #expect(largestDifference(joined.outputs, apart.outputs) < 1e-6)
        for index in joined.store.parameters.indices {
            let (a, b) = (joined.store.gradient(index).floats, apart.store.gradient(index).floats)
            #expect(largestDifference(a, b) < 1e-4)
            #expect(b.contains { abs($0) > 0.1 })
        }
    }

    @Test func batchNormalizationTakesTheBatchesStatistics() throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), 3, 4, 2])
        let shifted = try builder.apply1(
            "Mul", [x, try builder.apply1("Add", [x, builder.parameter("w", [3, 4, 2])])])
        let y = try builder.apply1(
            "BatchNormalization",
            [
                shifted, builder.parameter("scale", [3]), builder.parameter("shift", [3]),
                builder.parameter("mean", [3]), builder.parameter("variance", [3], offset: 1),
            ], ["momentum": .float(0.75)])
        builder.graph.outputs = [y]
        let input = randomTensor([6 * 24], seed: 8).floats
        for threads in [1, 2] {
            let check = try GradientCheck(builder.graph, inputs: [input], batch: 6, threads: threads)
            let index = try #require(check.store.index(of: "mean"))
            let before = check.store.tensor(index).floats
            let (error, parameter) = check.largestRelativeError(isTraining: true)
            #expect(error < 1e-3, "\(parameter)")
            #expect(check.store.tensor(index).floats != before)
        }
    }

    @Test func dropoutKeepsTheExpectedShareAndItsGradientIsTheSameMask() throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch"), 1000])
        let shifted = try builder.apply1("Add", [x, builder.parameter("shift", [1000], scale: 0)])
        builder.graph.outputs = [try builder.apply1("Dropout", [shifted], ["ratio": .float(0.25)], opset: 10)]
        let ones = [Float](repeating: 1, count: 4000)
        let check = try GradientCheck(builder.graph, inputs: [ones], batch: 4, threads: 2)
        check.train(seed: 3)
        let kept = check.outputs.count { $0 != 0 }
        #expect((2850...3150).contains(kept))
        #expect(check.outputs.allSatisfy { $0 == 0 || abs($0 - 4 / 3) < 1e-6 })
        let first = check.outputs
        check.train(seed: 4)
        #expect(check.outputs != first)
        check.train(seed: 3)
        #expect(check.outputs == first)
        check.plan.predict(batch: 4)
        #expect(check.outputs == ones)
    }
}

extension GraphBuilder {
    /// A named constant, which training changes.
    mutating func parameter(_ name: String, _ shape: Shape, scale: Float = 0.5, offset: Float = 0) -> Graph.ValueID {
        let seed = name.utf8.reduce(UInt64(17)) { $0 &* 31 &+ UInt64($1) }
        let values = randomTensor(shape, seed: seed, scale: scale).floats.map { $0 + offset }
        return graph.addConstant(Tensor(values, shape: shape), name: name)
    }
}
