import Tensors

@testable import Graphs

/// Operators on images besides convolution and pooling.
extension GradientTests {
    private static func transposed(
        _ name: String, _ sample: [Int], weight: Shape, _ attributes: [String: AttributeValue] = [:]
    ) -> Case {
        Case(name: "ConvTranspose \(name)", sample: sample) { builder, x in
            let groups: Int = if case .int(let count)? = attributes["group"] { count } else { 1 }
            let bias = builder.parameter("bias", [weight[1] * groups])
            return try builder.apply1("ConvTranspose", [x, builder.parameter("weight", weight), bias], attributes)
        }
    }

    private static func pad(_ sample: [Int], _ pads: [Int], mode: String) -> Case {
        Case(name: "Pad \(mode)", sample: sample) { builder, x in
            try builder.apply1("Pad", [x, builder.integers(pads)], ["mode": .string(mode)])
        }
    }

    private static func resize(_ sample: [Int], scales: [Float], mode: String) -> Case {
        Case(name: "Resize \(mode)", sample: sample) { builder, x in
            let factors = builder.graph.addConstant(Tensor(scales, shape: [scales.count]))
            return try builder.apply1("Resize", [x, nil, factors], ["mode": .string(mode)])
        }
    }

    private static func normalization(
        _ name: String, _ sample: [Int], channels: Shape, _ attributes: [String: AttributeValue] = [:],
        hasShift: Bool = true
    ) -> Case {
        Case(name: name, sample: sample) { builder, x in
            let inputs = [x, builder.parameter("scale", channels)]
            return try builder.apply1(
                name, inputs + (hasShift ? [builder.parameter("bias", channels)] : []), attributes, opset: 21)
        }
    }

    static let images: [Case] = [
        transposed("plain", [3, 4, 5], weight: [3, 4, 3, 3]),
        transposed(
            "strided", [3, 4, 3], weight: [3, 4, 3, 2],
            ["strides": .ints([2, 3]), "pads": .ints([1, 0, 0, 1]), "output_padding": .ints([1, 2])]),
        transposed("grouped", [4, 3, 4], weight: [4, 3, 2, 2], ["group": .int(2), "strides": .ints([2, 2])]),
        transposed("three dimensions", [2, 2, 3, 2], weight: [2, 3, 2, 2, 3], ["strides": .ints([2, 1, 2])]),
        Case(name: "ConvTranspose with fixed weights", sample: [2, 5]) { builder, x in
            try builder.apply1("ConvTranspose", [x, builder.weights([2, 3, 3]), builder.weights([3])])
        },
        pad([2, 3, 4], [0, 0, 1, 2, 0, 1, 0, 1], mode: "constant"),
        pad([2, 3, 4], [0, 0, 1, 2, 0, 1, 2, 1], mode: "reflect"), pad([2, 3], [0, 0, 2, 0, -1, 2], mode: "edge"),
        resize([2, 3, 4], scales: [1, 1, 2, 3], mode: "nearest"),
        resize([2, 3, 4], scales: [1, 1, 2, 1.5], mode: "linear"), resize([3, 4], scales: [1, 1, 2], mode: "cubic"),
        normalization("LayerNormalization", [3, 20], channels: [20]),
        normalization("LayerNormalization", [2, 3, 4], channels: [3, 4], ["axis": .int(2)], hasShift: false),
        normalization("RMSNormalization", [3, 10], channels: [10], hasShift: false),
        normalization("InstanceNormalization", [3, 4, 5], channels: [3]),
        normalization("GroupNormalization", [6, 4, 2], channels: [6], ["num_groups": .int(2)]),
        Case(name: "Conv and InstanceNormalization", sample: [2, 6, 5]) { builder, x in
            let y = try builder.apply1("Conv", [x, builder.parameter("weight", [4, 2, 3, 3])])
            let scale = [builder.parameter("scale", [4]), builder.parameter("bias", [4])]
            return try builder.apply1("InstanceNormalization", [y] + scale)
        },
    ]

    private static func plain(
        _ name: String, _ sample: [Int], _ attributes: [String: AttributeValue] = [:], step: Float = 1e-2
    ) -> Case {
        Case(name: "\(name) \(attributes)", sample: sample, step: step) { builder, x in
            try builder.apply1(name, [x], attributes, opset: 18)
        }
    }

    private static func reduction(_ name: String, _ axes: [Int], keeps: Int, step: Float = 1e-3) -> Case {
        Case(name: "\(name) along \(axes)", sample: [3, 4, 2], step: step) { builder, x in
            try builder.apply1(name, [x, builder.integers(axes)], ["keepdims": .int(keeps)], opset: 18)
        }
    }

    private static func volume(
        _ name: String, _ sample: [Int], weight: Shape, _ attributes: [String: AttributeValue], pooled: Bool = false
    ) -> Case {
        Case(name: "Conv of volumes \(name)", sample: sample, step: 5e-4) { builder, x in
            let y = try builder.apply1(
                "Conv", [x, builder.parameter("weight", weight), builder.parameter("bias", [weight[0]])], attributes)
            guard pooled else { return y }
            return try builder.apply1(
                "MaxPool", [builder.apply1("Relu", [y])],
                ["kernel_shape": .ints([2, 2, 2]), "strides": .ints([2, 2, 2])])
        }
    }

    static let volumes: [Case] = [
        volume("plain", [2, 4, 5, 4], weight: [3, 2, 2, 3, 3], [:]),
        volume("pooled", [1, 5, 6, 6], weight: [2, 1, 2, 3, 3], [:], pooled: true),
        volume(
            "strided", [4, 5, 6, 5], weight: [4, 2, 3, 2, 2],
            ["strides": .ints([2, 2, 1]), "pads": .ints([1, 0, 1, 1, 1, 0]), "group": .int(2)]),
        plain("AveragePool", [2, 4, 5, 4], ["kernel_shape": .ints([2, 3, 2]), "pads": .ints([1, 1, 0, 0, 1, 1])]),
        plain("MaxPool", [2, 4, 5, 4], ["kernel_shape": .ints([2, 3, 2])], step: 5e-4),
        plain("GlobalAveragePool", [2, 3, 4, 2]),
    ]

    static let elements: [Case] = [
        plain("Mish", [11]), plain("Celu", [11], ["alpha": .float(0.6)], step: 1e-3),
        plain("ThresholdedRelu", [11], ["alpha": .float(0.2)], step: 1e-3),
        plain("Shrink", [11], ["lambd": .float(0.3), "bias": .float(0.1)], step: 1e-3),
        Case(name: "PRelu", sample: [3, 4, 2], step: 1e-3) { builder, x in
            try builder.apply1("PRelu", [x, builder.parameter("slope", [3, 1, 1])])
        },
        Case(name: "PRelu with a slope for each element", sample: [3, 4], step: 1e-3) { builder, x in
            try builder.apply1("PRelu", [x, builder.parameter("slope", [3, 4])])
        },
        plain("Softmax", [4, 3, 2], ["axis": .int(1)]), plain("DepthToSpace", [4, 3, 2], ["blocksize": .int(2)]),
        plain("SpaceToDepth", [1, 4, 6], ["blocksize": .int(2)]),
        plain("LRN", [7, 3], ["size": .int(3), "alpha": .float(0.5)]),
        reduction("ReduceProd", [2], keeps: 1), reduction("ReduceL1", [1], keeps: 0),
        reduction("ReduceL2", [3], keeps: 1), reduction("ReduceSumSquare", [1, 3], keeps: 0),
    ]
}
