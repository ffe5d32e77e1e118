import Tensors

@testable import Graphs

/// Operators that pick, order and add up along an axis, and products of matrices that broadcast.
extension GradientTests {
    private static func sum(_ attributes: [String: AttributeValue], axis: Int, _ sample: [Int]) -> Case {
        Case(name: "CumSum \(attributes) along \(axis)", sample: sample) { builder, x in
            let sums = try builder.apply1("CumSum", [x, builder.scalar(axis)], attributes)
            return try builder.apply1("Tanh", [sums])
        }
    }

    private static func top(_ sample: [Int], axis: Int, largest: Int) -> Case {
        Case(name: "TopK along \(axis), largest \(largest)", sample: sample, step: 1e-4) { builder, x in
            try builder.apply(
                "TopK", [x, builder.integers([2])], ["axis": .int(axis), "largest": .int(largest)], outputs: 2)[0]
        }
    }

    private static func product(
        _ name: String, _ sample: [Int], parameter shape: Shape, isLeft: Bool, turned: [Int]? = nil
    ) -> Case {
        Case(name: "MatMul by \(name)", sample: sample) { builder, x in
            let y = try turned.map { try builder.apply1("Transpose", [x], ["perm": .ints($0)]) } ?? x
            let weight = builder.parameter("w", shape)
            let product = try builder.apply1("MatMul", isLeft ? [weight, y] : [y, weight])
            guard let turned else { return product }
            let inverse = turned.indices.sorted { turned[$0] < turned[$1] }
            return try builder.apply1("Transpose", [product], ["perm": .ints(inverse)])
        }
    }

    static let choices: [Case] = [
        sum([:], axis: 1, [5]), sum(["exclusive": .int(1)], axis: 2, [2, 4]),
        sum(["reverse": .int(1)], axis: 1, [4, 3]), sum(["reverse": .int(1), "exclusive": .int(1)], axis: -1, [2, 5]),
        top([7], axis: 1, largest: 1), top([3, 5], axis: -1, largest: 0), top([6, 2], axis: 1, largest: 1),
        Case(name: "ArgMax as a factor", sample: [4, 3], step: 1e-4) { builder, x in
            let place = try builder.apply1("ArgMax", [x], ["axis": .int(1)])
            let number = try builder.apply1("Cast", [place], ["to": .int(1)])
            return try builder.apply1("Mul", [x, number])
        },
        Case(name: "GatherElements", sample: [4, 3], step: 1e-4) { builder, x in
            let places = try builder.apply1("ArgMin", [x], ["axis": .int(1), "keepdims": .int(1)])
            let picked = try builder.apply1("GatherElements", [x, places], ["axis": .int(1)])
            return try builder.apply1("Concat", [picked, x], ["axis": .int(1)])
        },
        Case(name: "Pow of computed numbers", sample: [4, 3]) { builder, x in
            let exponents = builder.graph.addConstant(Tensor([2, 0.5, -1], shape: [3]))
            let base = try builder.apply1("Exp", [x])
            let power = try builder.apply1("Pow", [base, exponents])
            return try builder.apply1("Pow", [power, x])
        },
        Case(name: "Gemm with factors", sample: [7], isShifted: false) { builder, x in
            try builder.apply1(
                "Gemm", [x, builder.parameter("weight", [5, 7]), builder.parameter("bias", [1, 5])],
                ["transB": .int(1), "alpha": .float(0.5), "beta": .float(2)])
        },
        Case(name: "Gemm with a factor and no addend", sample: [7]) { builder, x in
            try builder.apply1("Gemm", [x, builder.parameter("weight", [7, 4])], ["alpha": .float(3)])
        },
        Case(name: "steps that join the batch", sample: [3, 4]) { builder, x in
            let turned = try builder.apply1("Transpose", [x], ["perm": .ints([1, 0, 2])])
            let rows = try builder.apply1("Reshape", [turned, builder.integers([-1, 4])])
            let dense = try builder.apply1("MatMul", [rows, builder.parameter("w", [4, 5])])
            let parts = try builder.apply1(
                "Reshape", [try builder.apply1("Tanh", [dense]), builder.integers([3, -1, 5])])
            return try builder.apply1("Transpose", [parts], ["perm": .ints([1, 0, 2])])
        },
        product("a right matrix for each head", [2, 3, 4], parameter: [2, 4, 5], isLeft: false),
        product("a left matrix", [3, 4], parameter: [5, 3], isLeft: true),
        product("left matrices for each head", [2, 3, 4], parameter: [2, 5, 3], isLeft: true),
        product("matrices, time first", [3, 4], parameter: [3, 4, 5], isLeft: false, turned: [1, 0, 2]),
        product(
            "matrices of the batch second", [2, 3, 4], parameter: [2, 1, 4, 2], isLeft: false, turned: [1, 0, 2, 3]),
        Case(name: "MatMul of stretched matrices", sample: [2, 3, 4]) { builder, x in
            let one = try builder.apply1(
                "Slice", [x, builder.integers([0]), builder.integers([1]), builder.integers([1])])
            let turned = try builder.apply1("Transpose", [one], ["perm": .ints([0, 1, 3, 2])])
            return try builder.apply1("MatMul", [x, turned])
        },
        Case(name: "a learned token", sample: [3, 4]) { builder, x in
            let shape = try builder.apply1("Shape", [x])
            let rows = try builder.apply1("Gather", [shape, builder.integers([0])])
            let target = try builder.apply1(
                "Concat", [rows, builder.integers([1]), builder.integers([4])], ["axis": .int(0)])
            let token = try builder.apply1("Expand", [builder.parameter("token", [1, 1, 4]), target])
            return try builder.apply1("Concat", [token, x], ["axis": .int(1)])
        },
    ]
}
