import Tensors

@testable import Graphs

/// Operators on images besides convolution and pooling: transposed convolution, padding, resizing, normalisation.
extension OperatorTests {
    private static func transposed(
        _ name: String, _ sample: [Int], weight: Shape, _ attributes: [String: AttributeValue] = [:],
        hasBias: Bool = true, relu: Bool = false
    ) -> Case {
        Case(name: "ConvTranspose \(name)", sample: sample) { builder, x in
            let groups: Int = if case .int(let count)? = attributes["group"] { count } else { 1 }
            let bias = hasBias ? builder.weights([weight[1] * groups]) : nil
            let y = try builder.apply1("ConvTranspose", [x, builder.weights(weight), bias], attributes)
            return relu ? try builder.apply1("Relu", [y]) : y
        }
    }

    private static func pad(
        _ sample: [Int], _ pads: [Int], mode: String = "constant", value: Float? = nil, axes: [Int]? = nil
    ) -> Case {
        Case(name: "Pad \(mode) by \(pads)", sample: sample) { builder, x in
            let number = value.map { builder.graph.addConstant(Tensor([$0], shape: [])) }
            let places = axes.map { builder.integers($0) }
            return try builder.apply1(
                "Pad", [x, builder.integers(pads), number, places], ["mode": .string(mode)], opset: 21)
        }
    }

    private static func resize(
        _ sample: [Int], scales: [Float]? = nil, sizes: [Int]? = nil, _ attributes: [String: AttributeValue],
        opset: Int = 19
    ) -> Case {
        Case(name: "Resize \(attributes)", sample: sample) { builder, x in
            let factors = scales.map { builder.graph.addConstant(Tensor($0, shape: [$0.count])) }
            guard opset > 10 else { return try builder.apply1("Resize", [x, factors], attributes, opset: opset) }
            let wanted = sizes.map { builder.integers($0) }
            return try builder.apply1("Resize", [x, nil, factors, wanted], attributes, opset: opset)
        }
    }

    private static func normalization(
        _ name: String, _ sample: [Int], channels: Shape, _ attributes: [String: AttributeValue] = [:],
        hasShift: Bool = true, opset: Int = 21
    ) -> Case {
        Case(name: "\(name) \(attributes)", sample: sample) { builder, x in
            let inputs = [x, builder.weights(channels)] + (hasShift ? [builder.weights(channels)] : [])
            return try builder.apply1(name, inputs, attributes, opset: opset)
        }
    }

    static let transposed: [Case] = [
        transposed("plain", [3, 4, 5], weight: [3, 6, 3, 3]),
        transposed(
            "strided", [5, 4, 3], weight: [5, 6, 3, 2],
            ["strides": .ints([2, 3]), "pads": .ints([1, 0, 0, 1]), "output_padding": .ints([1, 2])], relu: true),
        transposed("dilated", [2, 5, 4], weight: [2, 3, 3, 3], ["dilations": .ints([2, 3])], hasBias: false),
        transposed("grouped", [6, 4, 4], weight: [6, 2, 2, 2], ["group": .int(3), "strides": .ints([2, 2])]),
        transposed("one dimension", [3, 9], weight: [3, 4, 4], ["strides": .ints([2]), "pads": .ints([1, 1])]),
        transposed("three dimensions", [3, 2, 3, 4], weight: [3, 5, 3, 2, 3], ["strides": .ints([2, 1, 2])]),
        transposed(
            "same upper", [3, 4, 5], weight: [3, 2, 3, 3],
            ["auto_pad": .string("SAME_UPPER"), "strides": .ints([2, 2])]),
        transposed("output shape", [3, 4, 5], weight: [3, 2, 3, 3], ["output_shape": .ints([5, 6])]),
        transposed("large", [40, 20, 20], weight: [40, 33, 2, 2], ["strides": .ints([2, 2])]),
        Case(name: "ConvTranspose with batch norm and ReLU", sample: [4, 5, 5]) { builder, x in
            let variance = builder.graph.addConstant(Tensor((1...6).map { Float($0) / 8 }, shape: [6]))
            let y = try builder.apply1(
                "ConvTranspose", [x, builder.weights([4, 3, 2, 2])], ["strides": .ints([2, 2]), "group": .int(2)])
            let statistics = [builder.weights([6]), builder.weights([6]), builder.weights([6])]
            return try builder.apply1(
                "Relu", [try builder.apply1("BatchNormalization", [y] + statistics + [variance])])
        },
    ]

    static let resizing: [Case] = [
        pad([3, 4, 5], [0, 0, 1, 2, 0, 0, 3, 0]), pad([3, 4, 5], [0, 1, 0, 0, 0, 0, 2, 1], value: 1.5),
        pad([3, 4, 5], [0, 0, 2, 3, 0, 1, 3, 2], mode: "reflect"), pad([4, 5], [0, 0, -1, 0, 1, -2]),
        pad([3, 4, 5], [0, 0, 2, 7, 0, 1, 5, 2], mode: "edge"), pad([6], [0, 3, 0, 2], mode: "wrap"),
        pad([3, 4, 5], [1, 2, 3, 4], axes: [-1, 2]),
        resize([3, 4, 5], scales: [1, 1, 2, 3], ["mode": .string("nearest")]),
        resize(
            [2, 6, 5], sizes: [4, 9],
            [
                "axes": .ints([2, 3]),
                "mode": .string("nearest"), "coordinate_transformation_mode": .string("asymmetric"),
                "nearest_mode": .string("floor"),
            ]),
        resize([2, 6, 5], scales: [1, 1, 2, 2], ["mode": .string("linear")]),
        resize(
            [2, 6, 5], sizes: [11, 3],
            [
                "axes": .ints([2, -1]), "mode": .string("linear"),
                "coordinate_transformation_mode": .string("align_corners"),
            ]),
        resize(
            [2, 6, 5], scales: [1, 1, 2.5, 0.6],
            ["mode": .string("cubic"), "coordinate_transformation_mode": .string("pytorch_half_pixel")]),
        resize([2, 6, 5], scales: [1, 1, 2, 2], ["mode": .string("cubic"), "exclude_outside": .int(1)]),
        resize([2, 3, 4, 5], scales: [1, 1, 2, 2, 2], ["mode": .string("linear")]),
        resize([2, 6, 5], scales: [1, 1, 2, 2], ["mode": .string("linear")], opset: 10),
        Case(name: "Upsample", sample: [2, 3, 4]) { builder, x in
            let factors: [Float] = [1, 1, 2, 2]
            let old = try builder.apply1(
                "Upsample", [x], ["scales": .floats(factors), "mode": .string("linear")], opset: 7)
            let input = builder.graph.addConstant(Tensor(factors, shape: [4]))
            return try builder.apply1("Add", [old, try builder.apply1("Upsample", [x, input], opset: 9)])
        },
        Case(name: "Conv, Pad, Resize, Conv", sample: [16, 6, 6]) { builder, x in
            let y = try builder.apply1("Conv", [x, builder.weights([16, 16, 3, 3])])
            let padded = try builder.apply1(
                "Pad", [y, builder.integers([0, 0, 1, 1, 0, 0, 1, 1])], ["mode": .string("edge")])
            let scales = builder.graph.addConstant(Tensor([Float(1), 1, 2, 2], shape: [4]))
            let larger = try builder.apply1("Resize", [padded, nil, scales], ["mode": .string("linear")])
            return try builder.apply1("Conv", [larger, builder.weights([8, 16, 3, 3])])
        },
    ]

    static let normalizations: [Case] = [
        normalization("LayerNormalization", [3, 20], channels: [20]),
        normalization("LayerNormalization", [3, 4, 5], channels: [4, 5], ["axis": .int(2)], hasShift: false),
        normalization("RMSNormalization", [3, 21], channels: [21], ["epsilon": .float(0.01)], hasShift: false),
        normalization("InstanceNormalization", [3, 4, 5], channels: [3]),
        normalization("GroupNormalization", [6, 4, 5], channels: [6], ["num_groups": .int(2)]),
        normalization("GroupNormalization", [6, 4, 5], channels: [3], ["num_groups": .int(3)], opset: 18),
        Case(name: "Conv, InstanceNormalization, GroupNormalization, Conv", sample: [16, 6, 6]) { builder, x in
            let y = try builder.apply1("Conv", [x, builder.weights([12, 16, 3, 3])])
            let normal = try builder.apply1("InstanceNormalization", [y, builder.weights([12]), builder.weights([12])])
            let group = try builder.apply1(
                "GroupNormalization", [normal, builder.weights([12]), builder.weights([12])],
                ["num_groups": .int(4)], opset: 21)
            return try builder.apply1("Conv", [group, builder.weights([8, 12, 3, 3])])
        },
        Case(name: "LayerNormalization behind a transpose", sample: [7, 4, 5]) { builder, x in
            let last = try builder.apply1("Transpose", [x], ["perm": .ints([0, 2, 3, 1])])
            let normal = try builder.apply1("LayerNormalization", [last, builder.weights([7]), builder.weights([7])])
            return try builder.apply1("Transpose", [normal], ["perm": .ints([0, 3, 1, 2])])
        },
    ]

    private static func plain(_ name: String, _ sample: [Int], _ attributes: [String: AttributeValue] = [:]) -> Case {
        Case(name: "\(name) \(attributes)", sample: sample) { builder, x in
            try builder.apply1(name, [x], attributes, opset: 18)
        }
    }

    private static func reduction(_ name: String, _ axes: [Int], keeps: Int) -> Case {
        Case(name: "\(name) along \(axes)", sample: [3, 4, 5]) { builder, x in
            try builder.apply1(name, [x, builder.integers(axes)], ["keepdims": .int(keeps)], opset: 18)
        }
    }

    private static func volume(
        _ name: String, _ sample: [Int], weight: Shape, _ attributes: [String: AttributeValue] = [:]
    ) -> Case {
        Case(name: "Conv \(name)", sample: sample) { builder, x in
            let y = try builder.apply1(
                "Conv", [x, builder.weights(weight), builder.weights([weight[0]])], attributes)
            return try builder.apply1("Relu", [y])
        }
    }

    /// With weights in Keras's order, and a normalisation that scales them.
    private static func turned(
        _ name: String, _ sample: [Int], weight: Shape, _ attributes: [String: AttributeValue] = [:]
    ) -> Case {
        Case(name: "Conv \(name), weights turned", sample: sample) { builder, x in
            let channels = weight[0]
            let variance = builder.graph.addConstant(
                Tensor((1...channels).map { Float($0) / 8 }, shape: [channels]))
            let y = try builder.apply1("Conv", [x, builder.turnedWeights(weight)], attributes)
            let statistics = (0..<3).map { _ in builder.weights([channels]) }
            return try builder.apply1("BatchNormalization", [y] + statistics + [variance])
        }
    }

    static let turnedWeights: [Case] = [
        turned("grouped", [6, 8, 8], weight: [70, 3, 3, 3], ["group": .int(2)]),
        turned("winograd", [16, 6, 6], weight: [40, 16, 3, 3]),
        turned("of volumes", [3, 4, 5, 6], weight: [37, 3, 2, 3, 3]),
        turned("of volumes, flat", [3, 4, 5, 6], weight: [5, 3, 1, 3, 3]),
        turned("of volumes, one place a slice", [3, 4, 2, 2], weight: [5, 3, 3, 1, 1]),
        turned(
            "of volumes, winograd", [16, 4, 6, 5], weight: [36, 16, 3, 3, 3], ["pads": .ints([1, 1, 1, 1, 1, 1])]),
        turned("of volumes, grouped", [6, 4, 5, 6], weight: [70, 3, 2, 3, 3], ["group": .int(2)]),
        turned("of volumes, depthwise", [6, 4, 5, 6], weight: [6, 1, 2, 3, 3], ["group": .int(6)]),
        turned("of volumes, depthwise of one slice", [6, 4, 5, 6], weight: [6, 1, 1, 3, 3], ["group": .int(6)]),
        Case(name: "ConvTranspose of volumes, weights turned", sample: [3, 2, 3, 4]) { builder, x in
            try builder.apply1(
                "ConvTranspose", [x, builder.turnedWeights([3, 37, 3, 2, 3])], ["strides": .ints([2, 1, 2])])
        },
    ]

    static let volumes: [Case] = [
        volume("of volumes", [3, 4, 5, 6], weight: [5, 3, 2, 3, 3]),
        volume(
            "of volumes, same", [16, 4, 6, 5], weight: [20, 16, 3, 3, 3], ["pads": .ints([1, 1, 1, 1, 1, 1])]),
        volume(
            "of volumes, strided, dilated and grouped", [4, 7, 8, 6], weight: [6, 2, 3, 3, 2],
            [
                "strides": .ints([2, 1, 2]), "dilations": .ints([2, 2, 1]), "group": .int(2),
                "pads": .ints([1, 0, 1, 2, 1, 0]),
            ]),
        volume("of volumes, automatic", [2, 5, 6, 7], weight: [3, 2, 3, 2, 3], ["auto_pad": .string("SAME_UPPER")]),
        plain("MaxPool", [3, 5, 6, 7], ["kernel_shape": .ints([2, 3, 2]), "strides": .ints([1, 2, 2])]),
        plain("MaxPool", [3, 5, 6, 7], ["kernel_shape": .ints([3, 3, 3]), "pads": .ints([1, 1, 1, 1, 1, 1])]),
        plain(
            "AveragePool", [3, 5, 6, 7],
            ["kernel_shape": .ints([3, 2, 3]), "pads": .ints([1, 0, 1, 1, 1, 1]), "ceil_mode": .int(1)]),
        plain(
            "AveragePool", [3, 4, 4, 4],
            ["kernel_shape": .ints([3, 3, 3]), "pads": .ints([1, 1, 1, 1, 1, 1]), "count_include_pad": .int(1)]),
        plain("GlobalAveragePool", [3, 4, 5, 2]), plain("GlobalMaxPool", [3, 4, 5, 2]),
    ]

    static let elements: [Case] = [
        plain("Mish", [41]), plain("Celu", [21], ["alpha": .float(0.6)]), plain("ThresholdedRelu", [21]),
        plain("ThresholdedRelu", [21], ["alpha": .float(0.2)]), plain("Shrink", [21], ["lambd": .float(0.3)]),
        plain("Shrink", [21], ["lambd": .float(0.3), "bias": .float(0.1)]), plain("Sign", [9]), plain("Floor", [9]),
        plain("Ceil", [9]), plain("Round", [9]),
        Case(name: "PRelu", sample: [4, 5, 6]) { builder, x in
            let y = try builder.apply1("Conv", [x, builder.weights([7, 4, 3, 3])])
            return try builder.apply1("PRelu", [y, builder.weights([7, 1, 1])])
        },
        plain("Softmax", [4, 5, 6], ["axis": .int(1)]), plain("LogSoftmax", [4, 5, 6], ["axis": .int(-2)]),
        Case(name: "Softmax of channels", sample: [4, 5, 6]) { builder, x in
            let y = try builder.apply1("Conv", [x, builder.weights([7, 4, 1, 1])])
            return try builder.apply1("Softmax", [y], ["axis": .int(1)])
        },
        plain("DepthToSpace", [12, 3, 2], ["blocksize": .int(2)]),
        plain("DepthToSpace", [12, 3, 2], ["blocksize": .int(2), "mode": .string("CRD")]),
        plain("SpaceToDepth", [3, 4, 6], ["blocksize": .int(2)]),
        plain("LRN", [7, 3, 4], ["size": .int(3), "alpha": .float(0.5)]), plain("LRN", [6, 3], ["size": .int(4)]),
        reduction("ReduceProd", [2, -1], keeps: 1), reduction("ReduceL1", [1], keeps: 0),
        reduction("ReduceL2", [3], keeps: 1), reduction("ReduceSumSquare", [1, 3], keeps: 0),
    ]

    static let images = transposed + resizing + normalizations + turnedWeights + volumes + elements
}
