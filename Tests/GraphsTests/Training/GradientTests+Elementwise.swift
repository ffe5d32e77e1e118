import Tensors

@testable import Graphs

/// Reductions and operators of single elements.
extension GradientTests {
    private static func function(
        _ name: String, _ attributes: [String: AttributeValue] = [:], step: Float = 1e-2, ofExp: Bool = false
    ) -> Case {
        Case(name: "\(name)\(attributes.isEmpty ? "" : " \(attributes)")", sample: [11], step: step) { builder, x in
            try builder.apply1(name, [ofExp ? builder.apply1("Exp", [x]) : x], attributes)
        }
    }

    private static func power(_ exponent: Float, ofExp: Bool) -> Case {
        Case(name: "Pow \(exponent)", sample: [7]) { builder, x in
            let exponent = builder.graph.addConstant(Tensor([exponent], shape: []))
            return try builder.apply1("Pow", [ofExp ? builder.apply1("Exp", [x]) : x, exponent])
        }
    }

    private static func reduction(
        _ name: String, _ sample: [Int], axes: [Int], keeps: Bool, step: Float = 1e-2
    ) -> Case {
        Case(name: "\(name) \(axes)\(keeps ? " kept" : "")", sample: sample, step: step) { builder, x in
            try builder.apply1(name, [x, builder.integers(axes)], ["keepdims": .int(keeps ? 1 : 0)], opset: 18)
        }
    }

    static let functions: [Case] = [
        function("Abs", step: 1e-3), function("Elu", step: 1e-3), function("Elu", ["alpha": .float(0.5)], step: 1e-3),
        function("Erf"), function("Gelu"), function("Gelu", ["approximate": .string("tanh")]),
        function("HardSigmoid", step: 1e-3), function("HardSwish", step: 1e-3), function("Log", ofExp: true),
        function("Neg"), function("Reciprocal", ofExp: true), function("Selu", step: 1e-3), function("Softplus"),
        function("Softsign"), function("Sqrt", ofExp: true), function("Identity"), power(2, ofExp: false),
        power(3, ofExp: false), power(0.5, ofExp: true), power(-1, ofExp: true),
        Case(name: "Clip", sample: [12], step: 1e-3) { builder, x in
            let bounds = [Float(-0.3), 0.4].map { builder.graph.addConstant(Tensor([$0], shape: [])) }
            return try builder.apply1("Clip", [x] + bounds)
        },
        Case(name: "Mul by weights", sample: [3, 4]) { builder, x in
            try builder.apply1("Mul", [x, builder.parameter("scale", [4])])
        },
        Case(name: "Mul by stretched weights", sample: [3, 4]) { builder, x in
            try builder.apply1("Mul", [builder.parameter("scale", [3, 1]), x])
        },
    ]

    static let reductions: [Case] = [
        reduction("ReduceSum", [3, 4], axes: [1], keeps: false),
        reduction("ReduceSum", [3, 4], axes: [2], keeps: true),
        reduction("ReduceMean", [3, 4, 2], axes: [1, 3], keeps: false),
        reduction("ReduceMean", [3, 4, 2], axes: [2], keeps: true),
        reduction("ReduceMean", [3, 4], axes: [-1, -2], keeps: false),
        reduction("ReduceMax", [5, 3], axes: [1], keeps: false, step: 1e-3),
        reduction("ReduceMax", [5, 3], axes: [-1], keeps: true, step: 1e-3),
        reduction("ReduceMin", [5, 3], axes: [1, 2], keeps: true, step: 1e-3),
        function("GlobalAveragePool", [:]).over([3, 5]), function("GlobalMaxPool", step: 1e-3).over([3, 5]),
        Case(name: "AveragePool", sample: [3, 9], step: 1e-2) { builder, x in
            try builder.apply1("AveragePool", [x], ["kernel_shape": .ints([3]), "strides": .ints([2])])
        },
    ]
}

extension GradientTests.Case {
    /// The same for samples of another shape.
    fileprivate func over(_ sample: [Int]) -> Self {
        Self(name: name, sample: sample, isShifted: isShifted, step: step, build: build)
    }
}
