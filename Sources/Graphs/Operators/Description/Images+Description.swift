import Tensors

extension Layout {
    /// The order of dimensions that ONNX wants an image of `rank` dimensions in, and the way back.
    func permutations(rank: Int) -> (there: [Int], back: [Int]) {
        let order = Array(0..<rank)
        guard self == .channelsLast else { return (order, order) }
        return (Layout.toChannelsFirst(rank: rank), Layout.toChannelsLast(rank: rank))
    }
}

extension DescriptionContext {
    /// Adds the node of an operator of an image, its first input, and of parameters.
    mutating func finishImage(
        _ op: String, _ attributes: [String: AttributeValue], layout: Layout
    ) throws(GraphError) {
        let (there, back) = layout.permutations(rank: try type(0).rank)
        let parameters = (1..<max(1, inputCount)).map { input($0) }
        finish(op, [input(0, permuted: there)] + parameters, attributes, permutations: [back])
    }
}

extension WindowAttributes {
    /// As operator set 20 has them.
    fileprivate var described: [String: AttributeValue] {
        var result: [String: AttributeValue] = ["kernel_shape": .ints(kernel), "strides": .ints(strides)]
        if autoPadding == .notSet {
            result["pads"] = .ints(pads)
        } else {
            result["auto_pad"] = .string(autoPadding.rawValue)
        }
        if dilations.contains(where: { $0 != 1 }) { result["dilations"] = .ints(dilations) }
        if ceilMode { result["ceil_mode"] = .int(1) }
        return result
    }
}

extension AveragePool: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] {
        window.described.merging(countsPadding ? ["count_include_pad": .int(1)] : [:]) { $1 }
    }

    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        try context.finishImage(name, describedAttributes, layout: layout)
    }
}

extension MaxPool: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { window.described }

    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        try context.finishImage(name, describedAttributes, layout: layout)
    }
}

extension GlobalAveragePool: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        try context.finishImage(name, [:], layout: layout)
    }
}

extension GlobalMaxPool: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        try context.finishImage(name, [:], layout: layout)
    }
}

extension Conv: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] {
        let known: Set = ["auto_pad", "dilations", "group", "kernel_shape", "pads", "strides"]
        return attributes.all.filter { known.contains($0.key) }
    }

    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        try context.finishImage(name, describedAttributes, layout: layout)
    }
}

extension BatchNormalization: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] {
        ["epsilon": .float(epsilon), "momentum": .float(momentum)]
    }

    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        try context.finishImage(name, describedAttributes, layout: layout)
    }
}

extension ConvTranspose: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] {
        let known: Set = [
            "auto_pad", "dilations", "group", "kernel_shape", "output_padding", "output_shape", "pads", "strides",
        ]
        return attributes.all.filter { known.contains($0.key) }
    }

    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        try context.finishImage(name, describedAttributes, layout: layout)
    }
}
