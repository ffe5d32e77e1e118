import Tensors
import Testing

@testable import Graphs

/// Every operator that computes with kernels, compiled, against its naive twin.
struct OperatorTests {
    /// A graph of one or a few operators over one input [batch, …].
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let sample: [Int]
        let build: @Sendable (inout GraphBuilder, Graph.ValueID) throws -> Graph.ValueID

        var testDescription: String { "\(name) \(sample)" }
    }

    private static func convolution(
        _ name: String, _ sample: [Int], weight: Shape, _ attributes: [String: AttributeValue] = [:],
        hasBias: Bool = true
    ) -> Case {
        Case(name: name, sample: sample) { builder, x in
            let bias = hasBias ? builder.weights([weight[0]]) : nil
            return try builder.apply1("Conv", [x, builder.weights(weight), bias], attributes)
        }
    }

    private static func unary(_ name: String, _ sample: [Int], _ attributes: [String: AttributeValue] = [:]) -> Case {
        Case(name: name, sample: sample) { builder, x in try builder.apply1(name, [x], attributes) }
    }

    private static func reduction(_ name: String, _ sample: [Int], _ axes: [Int], keeps: Bool = true) -> Case {
        // The axes are an attribute before opset 13 (ReduceSum) and 18 (the others), and an input since.
        Case(name: "\(name) along \(axes)", sample: sample) { builder, x in
            let keeps: [String: AttributeValue] = ["keepdims": .int(keeps ? 1 : 0)]
            let old = try builder.apply1(name, [x], keeps.merging(["axes": .ints(axes)]) { $1 }, opset: 11)
            let new = try builder.apply1(name, [x, builder.integers(axes)], keeps, opset: 18)
            return try builder.apply1("Add", [old, new])
        }
    }

    private static func power(_ sample: [Int], _ exponent: Float) -> Case {
        Case(name: "Pow \(exponent)", sample: sample) { builder, x in
            try builder.apply1("Pow", [x, builder.graph.addConstant(Tensor([exponent], shape: []))])
        }
    }

    /// An operator of any number of operands, some of which stretch.
    private static func variadic(_ name: String) -> Case {
        Case(name: name, sample: [4, 3]) { builder, x in
            let one = try builder.apply1(
                "Slice", [x, builder.integers([2]), builder.integers([3]), builder.integers([1])])
            return try builder.apply1(name, [x, builder.weights([4, 1], scale: 1), one, builder.weights([1, 1, 3])])
        }
    }

    /// What compares x with half of itself turned around, which is true and false in places.
    private static func comparison(_ name: String) -> Case {
        Case(name: name, sample: [4, 3]) { builder, x in
            let whole = try builder.apply1(
                "Cast", [try builder.apply1("Mul", [x, builder.weights([3], scale: 4)])], ["to": .int(7)])
            let other = try builder.apply1("Gather", [whole, builder.integers([2, 1, 0])], ["axis": .int(2)])
            return try builder.apply1(name, [whole, other])
        }
    }

    static let convolutions: [Case] = [
        convolution("same", [3, 9, 7], weight: [5, 3, 3, 3], ["pads": .ints([1, 1, 1, 1])]),
        convolution("winograd", [16, 9, 7], weight: [40, 16, 3, 3]),
        convolution(
            "winograd same", [32, 8, 8], weight: [33, 32, 3, 3], ["pads": .ints([1, 1, 1, 1])], hasBias: false),
        convolution("strided", [4, 11, 12], weight: [6, 4, 5, 3], ["strides": .ints([2, 3])]),
        convolution("dilated", [2, 11, 12], weight: [6, 2, 3, 3], ["dilations": .ints([2, 3])]),
        convolution("same upper", [2, 7, 6], weight: [6, 2, 4, 4], ["auto_pad": .string("SAME_UPPER")]),
        convolution(
            "same lower, strided", [2, 7, 6], weight: [6, 2, 4, 4],
            ["auto_pad": .string("SAME_LOWER"), "strides": .ints([2, 2])]),
        convolution("depthwise", [6, 8, 8], weight: [6, 1, 3, 3], ["group": .int(6), "pads": .ints([1, 1, 1, 1])]),
        convolution("grouped", [6, 8, 8], weight: [10, 3, 3, 3], ["group": .int(2), "pads": .ints([1, 0, 1, 0])]),
        convolution("one dimension", [3, 20], weight: [7, 3, 5], ["pads": .ints([2, 2]), "strides": .ints([2])]),
        convolution("1×1", [20, 4, 4], weight: [35, 20, 1, 1]),
    ]

    static let poolings: [Case] = [
        unary(
            "MaxPool", [5, 7, 7],
            ["kernel_shape": .ints([3, 3]), "strides": .ints([2, 2]), "pads": .ints([1, 1, 1, 1])]),
        unary(
            "MaxPool", [5, 7, 8], ["kernel_shape": .ints([2, 2]), "strides": .ints([2, 2]), "ceil_mode": .int(1)]),
        unary("MaxPool", [5, 9], ["kernel_shape": .ints([2]), "strides": .ints([2])]),
        unary("AveragePool", [5, 7, 7], ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1])]),
        unary(
            "AveragePool", [5, 7, 7],
            ["kernel_shape": .ints([3, 3]), "pads": .ints([1, 1, 1, 1]), "count_include_pad": .int(1)]),
        unary("GlobalAveragePool", [5, 7, 7]),
        unary("GlobalMaxPool", [5, 7]),
    ]

    static let others: [Case] = [
        unary("Relu", [13]), unary("Sigmoid", [3, 5]), unary("Tanh", [40]), unary("Exp", [7]),
        unary("LeakyRelu", [9], ["alpha": .float(0.2)]),
        unary("Clip", [19], ["min": .float(-0.25), "max": .float(0.5)]),
        unary("Abs", [7]), unary("Neg", [7]), unary("Sqrt", [7]), unary("Log", [7]), unary("Reciprocal", [7]),
        unary("Erf", [21]), unary("Softsign", [9]), unary("Softplus", [21]), unary("HardSwish", [21]),
        unary("Elu", [21], ["alpha": .float(0.7)]), unary("Selu", [21]), unary("Gelu", [21]),
        unary("Gelu", [21], ["approximate": .string("tanh")]),
        unary("HardSigmoid", [21], ["alpha": .float(0.9), "beta": .float(0.4)]),
        reduction("ReduceSum", [3, 4, 5], [2]), reduction("ReduceSum", [3, 4, 5], [1, 3]),
        reduction("ReduceMean", [3, 4, 5], [1], keeps: false), reduction("ReduceMean", [6], [-1]),
        reduction("ReduceMax", [3, 4, 5], [1, 2]), reduction("ReduceMin", [3, 4, 5], [-1], keeps: false),
        power([2, 5], 2), power([9], 0.5), power([9], -1), power([9], 3),
        unary("Softmax", [4, 10]), unary("LogSoftmax", [10]),
        unary("Softmax", [6, 1, 1], ["axis": .int(1)]),
        unary("Transpose", [3, 4, 5], ["perm": .ints([0, 3, 1, 2])]),
        Case(name: "Slice", sample: [8, 9]) { builder, x in
            let bounds = [builder.integers([1, -1]), builder.integers([-1, -9]), builder.integers([1, 2])]
            return try builder.apply1("Slice", [x] + bounds + [builder.integers([2, -3])])
        },
        Case(name: "Gather", sample: [6, 4]) { builder, x in
            try builder.apply1("Gather", [x, builder.integers([5, 0, -2])], ["axis": .int(1)])
        },
        Case(name: "Gather by computed indices", sample: [5]) { builder, x in
            let indices = try builder.apply1("Mul", [x, builder.graph.addConstant(Tensor([Float(9)], shape: []))])
            return try builder.apply1("Gather", [builder.weights([8, 3]), indices])
        },
        Case(name: "Concat", sample: [3, 4]) { builder, x in
            let other = try builder.apply1("Relu", [x])
            return try builder.apply1("Concat", [x, other, x], ["axis": .int(-1)])
        },
        Case(name: "MatMul over steps", sample: [5, 6]) { builder, x in
            let product = try builder.apply1("MatMul", [x, builder.weights([6, 3])])
            return try builder.apply1("Add", [product, builder.weights([3])])
        },
        Case(name: "MatMul with a large turned matrix", sample: [270]) { builder, x in
            let turned = try builder.apply1("Transpose", [builder.weights([250, 270])], ["perm": .ints([1, 0])])
            return try builder.apply1("MatMul", [x, turned])
        },
        Case(name: "Sub, Mul, Div of constants", sample: [3, 4]) { builder, x in
            let difference = try builder.apply1("Sub", [builder.weights([3, 1]), x])
            let product = try builder.apply1("Mul", [difference, builder.weights([1, 1, 4])])
            return try builder.apply1("Div", [product, builder.graph.addConstant(Tensor([Float(3)], shape: []))])
        },
        Case(name: "stretched operand", sample: [4, 3]) { builder, x in
            let one = try builder.apply1(
                "Slice", [x, builder.integers([0]), builder.integers([1]), builder.integers([1])])
            return try builder.apply1("Mul", [x, one])
        },
        variadic("Max"), variadic("Min"), variadic("Sum"), variadic("Mean"),
        Case(name: "MatMul of computed matrices", sample: [2, 5, 6]) { builder, x in
            let turned = try builder.apply1("Transpose", [x], ["perm": .ints([0, 1, 3, 2])])
            let product = try builder.apply1("MatMul", [x, turned])
            return try builder.apply1("MatMul", [builder.weights([4, 5]), product])
        },
        comparison("Equal"), comparison("Less"), comparison("LessOrEqual"), comparison("Greater"),
        comparison("GreaterOrEqual"), comparison("And"), comparison("Or"), comparison("Xor"),
        unary("Not", [3, 4]), unary("ArgMax", [4, 5], ["axis": .int(-1)]),
        unary("ArgMin", [4, 5, 3], ["axis": .int(2), "keepdims": .int(0)]),
        unary("ArgMax", [4, 5], ["axis": .int(1), "select_last_index": .int(1)]),
        Case(name: "Where", sample: [4, 3]) { builder, x in
            let condition = try builder.apply1("Greater", [x, builder.weights([3])])
            let other = try builder.apply1("ReduceSum", [x, builder.integers([1])])
            return try builder.apply1("Where", [condition, other, x])
        },
        Case(name: "Cast of computed numbers", sample: [9]) { builder, x in
            let large = try builder.apply1("Mul", [x, builder.graph.addConstant(Tensor([Float(4)], shape: []))])
            let whole = try builder.apply1("Cast", [large], ["to": .int(7)])
            let isNot = try builder.apply1("Cast", [whole], ["to": .int(9)])
            return try builder.apply1("Add", [whole, try builder.apply1("Cast", [isNot], ["to": .int(6)])])
        },
        Case(name: "Split", sample: [3, 7]) { builder, x in
            let parts = try builder.apply(
                "Split", [x, builder.integers([2, 4, 1])], ["axis": .int(2), "num_outputs": .int(3)], outputs: 3)
            return try builder.apply1("Concat", [parts[2], parts[0]], ["axis": .int(-1)])
        },
        Case(name: "Split evenly", sample: [8]) { builder, x in
            let parts = try builder.apply("Split", [x], ["axis": .int(1), "num_outputs": .int(4)], outputs: 4)
            return try builder.apply1("Sub", [parts[3], parts[1]])
        },
        Case(name: "TopK", sample: [4, 6]) { builder, x in
            let best = try builder.apply("TopK", [x, builder.integers([3])], outputs: 2)
            let worst = try builder.apply(
                "TopK", [x, builder.integers([2])], ["axis": .int(1), "largest": .int(0)], outputs: 2)
            let sum = try builder.apply1("Add", [best[0], best[1]])
            let other = try builder.apply1("Mul", [worst[0], worst[1]])
            return try builder.apply1(
                "Concat", [try builder.apply1("Flatten", [sum]), try builder.apply1("Flatten", [other])],
                ["axis": .int(1)])
        },
        Case(name: "Tile", sample: [2, 3]) { builder, x in
            try builder.apply1("Tile", [x, builder.integers([1, 3, 2])])
        },
        Case(name: "ReverseSequence", sample: [4, 3]) { builder, x in
            let sums = try builder.apply1("ReduceSum", [x, builder.integers([1, 2])], ["keepdims": .int(0)])
            let lengths = try builder.apply1("Add", [sums, builder.graph.addConstant(Tensor([Float(2)], shape: []))])
            let turned = try builder.apply1(
                "ReverseSequence", [x, lengths], ["batch_axis": .int(0), "time_axis": .int(1)])
            let time = try builder.apply1("Transpose", [turned], ["perm": .ints([1, 0, 2])])
            let again = try builder.apply1("ReverseSequence", [time, lengths])
            return try builder.apply1("Transpose", [again], ["perm": .ints([1, 0, 2])])
        },
        Case(name: "ReverseSequence of all steps", sample: [4, 3]) { builder, x in
            let batch = try builder.apply1("Shape", [x], ["end": .int(1)])
            let lengths = try builder.apply1("Expand", [builder.integers([4]), batch])
            return try builder.apply1("ReverseSequence", [x, lengths], ["batch_axis": .int(0), "time_axis": .int(1)])
        },
        Case(name: "OneHot", sample: [5]) { builder, x in
            let large = try builder.apply1("Mul", [x, builder.graph.addConstant(Tensor([Float(4)], shape: []))])
            let indices = try builder.apply1("Cast", [large], ["to": .int(7)])
            let values = builder.graph.addConstant(Tensor([Float(-1), 2], shape: [2]))
            return try builder.apply1("OneHot", [indices, builder.scalar(4), values], ["axis": .int(1)])
        },
        Case(name: "Mod", sample: [9]) { builder, x in
            try builder.apply1("Mod", [x, builder.graph.addConstant(Tensor([Float(0.3)], shape: []))])
        },
        Case(name: "Mod with fmod", sample: [9]) { builder, x in
            let divisor = builder.graph.addConstant(Tensor([Float(-0.3)], shape: []))
            return try builder.apply1("Mod", [x, divisor], ["fmod": .int(1)])
        },
        Case(name: "CumSum", sample: [4, 3]) { builder, x in
            let forward = try builder.apply1("CumSum", [x, builder.scalar(1)])
            return try builder.apply1(
                "CumSum", [forward, builder.scalar(-1)], ["exclusive": .int(1), "reverse": .int(1)])
        },
        Case(name: "Trilu", sample: [4, 5]) { builder, x in
            let upper = try builder.apply1("Trilu", [x, builder.scalar(1)])
            return try builder.apply1("Sub", [upper, builder.apply1("Trilu", [x], ["upper": .int(0)])])
        },
        Case(name: "GatherElements", sample: [4, 3]) { builder, x in
            let best = try builder.apply1("ArgMax", [x], ["axis": .int(1)])
            let others = try builder.apply1("Sub", [best, builder.integers([7])])
            let indices = try builder.apply1("Concat", [best, others], ["axis": .int(1)])
            return try builder.apply1("GatherElements", [x, indices], ["axis": .int(1)])
        },
        Case(name: "CastLike, Size and Range", sample: [2, 3]) { builder, x in
            let count = try builder.apply1("Size", [builder.weights([2, 3])])
            let numbers = try builder.apply1("Range", [builder.scalar(0), count, builder.scalar(2)])
            return try builder.apply1("Mul", [x, try builder.apply1("CastLike", [numbers, x])])
        },
        Case(name: "Expand", sample: [1, 3]) { builder, x in
            try builder.apply1("Expand", [x, builder.integers([1, 4, 1])])
        },
        Case(name: "residual block", sample: [16, 6, 6]) { builder, x in
            let pads: [String: AttributeValue] = ["pads": .ints([1, 1, 1, 1])]
            var y = try builder.apply1("Conv", [x, builder.weights([16, 16, 3, 3]), nil], pads)
            let statistics = [builder.weights([16]), builder.weights([16]), builder.weights([16])]
            let variance = builder.graph.addConstant(Tensor((1...16).map { Float($0) / 8 }, shape: [16]))
            y = try builder.apply1("BatchNormalization", [y] + statistics + [variance])
            return try builder.apply1("Relu", [try builder.apply1("Add", [y, x])])
        },
    ]

    @Test(arguments: Kernels.available, convolutions + poolings + others + images)
    func planEqualsTheNaiveTwin(kernels: Kernels, example: Case) throws {
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch")] + example.sample.map { .fixed($0) })
        builder.graph.outputs = [try example.build(&builder, x)]
        let input = randomTensor(Shape([3] + example.sample), seed: 77)
        // Truth values and integers are floats in plans.
        let expected = try builder.graph.evaluate([input])[0].convertedToFloat32()
        let model = try CompiledModel(builder.graph, kernels: kernels)
        let plan = try model.plan(bindings: [:])
        #expect(plan.outputShapes[0] == Shape(Array(expected.shape.dimensions.dropFirst())))
        #expect(largestDifference(try model.output(input.floats, rows: 3), expected.floats) < 2e-5)
    }

    @Test func residualBlockKeepsOneLayout() throws {
        let example = try #require(Self.others.last)
        var builder = GraphBuilder()
        let x = builder.input([.symbol("batch")] + example.sample.map { .fixed($0) })
        builder.graph.outputs = [try example.build(&builder, x)]
        let steps = try CompiledModel(builder.graph, kernels: Kernels.best()).plan(bindings: [:]).stepNames
        // One transpose into the layout of the kernels and one out of it, none between; the normalisation is folded.
        #expect(steps.count { $0 == "Transpose" } <= 3)
        #expect(!steps.contains("ChannelAffine"))
    }
}
