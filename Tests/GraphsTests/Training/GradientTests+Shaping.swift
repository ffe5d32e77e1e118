import Tensors

@testable import Graphs

/// Operators that move or gather elements, and layers whose weights do not change.
extension GradientTests {
    /// A graph that has [time, batch, features] in its middle: the result of a layer over x [batch, 4, 3].
    private static func timeFirst(
        _ name: String, step: Float = 1e-2,
        _ build: @escaping @Sendable (inout GraphBuilder, Graph.ValueID) throws -> Graph.ValueID
    ) -> Case {
        Case(name: "\(name), time first", sample: [4, 3], step: step) { builder, x in
            let turned = try builder.apply1("Transpose", [x], ["perm": .ints([1, 0, 2])])
            let hidden = try builder.apply1(
                "RNN", [turned, builder.parameter("W", [1, 5, 3]), builder.parameter("R", [1, 5, 5])])
            let y = try build(&builder, try builder.apply1("Squeeze", [hidden, builder.integers([1])]))
            return try builder.apply1("Transpose", [y], ["perm": .ints([1, 0, 2])])
        }
    }

    static let shaping: [Case] = [
        Case(name: "Gather", sample: [3, 4]) { builder, x in
            try builder.apply1("Gather", [x, builder.integers([2, 0, -2])], ["axis": .int(2)])
        },
        Case(name: "Gather one", sample: [3, 4]) { builder, x in
            try builder.apply1("Gather", [x, builder.scalar(-1)], ["axis": .int(1)])
        },
        timeFirst("Gather") { builder, x in
            try builder.apply1("Gather", [x, builder.integers([3, 1, 3])], ["axis": .int(0)])
        },
        timeFirst("Concat") { builder, x in
            try builder.apply1("Concat", [x, builder.apply1("Tanh", [x]), x], ["axis": .int(0)])
        },
        timeFirst("Concat of features") { builder, x in
            try builder.apply1("Concat", [x, builder.apply1("Tanh", [x])], ["axis": .int(2)])
        },
        timeFirst("ReduceMean") { builder, x in
            try builder.apply1("ReduceMean", [x], ["axes": .ints([0])])
        },
        timeFirst("ReduceMax", step: 1e-3) { builder, x in
            try builder.apply1("ReduceMax", [x], ["axes": .ints([0])])
        },
        timeFirst("Slice") { builder, x in
            try builder.apply1("Slice", [x, builder.integers([1]), builder.integers([3]), builder.integers([0])])
        },
        timeFirst("Mul stretched") { builder, x in
            try builder.apply1("Mul", [x, try builder.apply1("ReduceSum", [x, builder.integers([0])])])
        },
        Case(name: "Concat in the middle", sample: [2, 3, 2]) { builder, x in
            try builder.apply1("Concat", [x, builder.apply1("Exp", [x])], ["axis": .int(2)])
        },
        Case(name: "Max", sample: [4, 3], step: 1e-3) { builder, x in
            try builder.apply1("Max", [x, builder.apply1("Neg", [x]), builder.parameter("floor", [3])])
        },
        Case(name: "Min", sample: [4, 3], step: 1e-3) { builder, x in
            try builder.apply1("Min", [builder.parameter("top", [4, 3]), builder.apply1("Tanh", [x])])
        },
        Case(name: "Mean and Sum", sample: [4, 3]) { builder, x in
            let mean = try builder.apply1("Mean", [x, builder.apply1("Exp", [x]), x])
            return try builder.apply1("Sum", [mean, builder.parameter("more", [4, 1]), x])
        },
        Case(name: "Where", sample: [4, 3]) { builder, x in
            let condition = try builder.apply1("Greater", [builder.weights([4, 1]), builder.weights([3])])
            let sum = try builder.apply1("ReduceSum", [x, builder.integers([1])])
            return try builder.apply1("Where", [condition, sum, builder.apply1("Exp", [x])])
        },
        Case(name: "MatMul of computed matrices", sample: [2, 4, 3]) { builder, x in
            let turned = try builder.apply1("Transpose", [x], ["perm": .ints([0, 1, 3, 2])])
            return try builder.apply1("MatMul", [builder.apply1("Exp", [x]), turned])
        },
        Case(name: "Split and Tile", sample: [4, 6]) { builder, x in
            let parts = try builder.apply("Split", [x], ["axis": .int(2), "num_outputs": .int(3)], outputs: 3)
            let product = try builder.apply1("Mul", [parts[0], parts[2]])
            return try builder.apply1("Tile", [product, builder.integers([1, 2, 2])])
        },
        Case(name: "ReverseSequence", sample: [4, 3]) { builder, x in
            let sums = try builder.apply1("ReduceSum", [x, builder.integers([1, 2])], ["keepdims": .int(0)])
            let lengths = try builder.apply1("Cast", [try builder.apply1("Abs", [sums])], ["to": .int(7)])
            let turned = try builder.apply1(
                "ReverseSequence", [x, lengths], ["batch_axis": .int(0), "time_axis": .int(1)])
            return try builder.apply1("Mul", [turned, builder.parameter("factors", [4, 3])])
        },
        Case(name: "Expand", sample: [1, 3]) { builder, x in
            try builder.apply1("Expand", [x, builder.integers([1, 4, 1])])
        },
        Case(name: "Reshape to a computed shape", sample: [3, 4]) { builder, x in
            let batch = try builder.apply1("Gather", [try builder.apply1("Shape", [x]), builder.integers([0])])
            let shape = try builder.apply1(
                "Concat", [batch, builder.integers([2, 6])], ["axis": .int(0)])
            return try builder.apply1("Tanh", [try builder.apply1("Reshape", [x, shape])])
        },
        // What exporters begin an unrolled recurrent layer with.
        Case(name: "zeros of a computed shape", sample: [4]) { builder, x in
            let batch = try builder.apply1("Gather", [try builder.apply1("Shape", [x]), builder.integers([0])])
            let shape = try builder.apply1("Concat", [batch, builder.integers([4])], ["axis": .int(0)])
            let zero = builder.graph.addConstant(Tensor([Float(0)], shape: []))
            return try builder.apply1(
                "Mul", [x, builder.apply1("Add", [x, builder.apply1("Expand", [zero, shape])])])
        },
        Case(name: "Cast", sample: [5]) { builder, x in try builder.apply1("Cast", [x], ["to": .int(1)]) },
    ]

    /// Images of each row one after another, as for a layer that is applied to every step of a sequence.
    static let severalImages: [Case] = [
        Case(name: "Conv and pooling of several images", sample: [3, 1, 4, 6], step: 5e-4) { builder, x in
            let images = try builder.apply1("Reshape", [x, builder.integers([-1, 1, 4, 6])])
            let y = try builder.apply1(
                "Conv", [images, builder.parameter("weight", [2, 1, 3, 3]), builder.parameter("bias", [2])])
            let pooled = try builder.apply1("MaxPool", [y], pool)
            let mean = try builder.apply1("AveragePool", [pooled], ["kernel_shape": .ints([1, 2])])
            return try builder.apply1("Reshape", [mean, builder.integers([-1, 3, 2])])
        }
    ]

    static let fixed: [Case] = [
        Case(name: "Conv with fixed weights", sample: [2, 5, 5]) { builder, x in
            try builder.apply1("Conv", [x, builder.weights([3, 2, 3, 3]), builder.weights([3])])
        },
        Case(name: "Gemm with fixed weights", sample: [5]) { builder, x in
            try builder.apply1("Gemm", [x, builder.weights([5, 4]), builder.weights([4])])
        },
        Case(name: "MatMul with transposed weights", sample: [5]) { builder, x in
            let turned = try builder.apply1("Transpose", [builder.weights([4, 5])], ["perm": .ints([1, 0])])
            return try builder.apply1("MatMul", [x, turned])
        },
        Case(name: "LSTM with fixed weights", sample: [4, 3]) { builder, x in
            try builder.apply1(
                "LSTM", [x, builder.weights([1, 20, 3]), builder.weights([1, 20, 5])], ["layout": .int(1)])
        },
        Case(name: "GRU with fixed weights", sample: [4, 3]) { builder, x in
            try builder.apply1(
                "GRU", [x, builder.weights([1, 15, 3]), builder.weights([1, 15, 5])],
                ["layout": .int(1), "linear_before_reset": .int(1)])
        },
        Case(name: "BatchNormalization with fixed weights", sample: [3, 2]) { builder, x in
            let variance = builder.graph.addConstant(Tensor([Float](repeating: 2, count: 3), shape: [3]))
            let others = (0..<3).map { _ in builder.weights([3]) }
            return try builder.apply1("BatchNormalization", [x] + others + [variance])
        },
        Case(name: "Sub and Div of fixed numbers", sample: [4]) { builder, x in
            let shifted = try builder.apply1("Sub", [builder.weights([4]), x])
            return try builder.apply1("Div", [shifted, builder.weights([1, 4])])
        },
    ]
}
