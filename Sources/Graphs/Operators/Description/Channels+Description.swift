import Tensors

extension DepthToSpace: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] {
        ["blocksize": .int(size), "mode": .string(mode.rawValue)]
    }
}

extension SpaceToDepth: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["blocksize": .int(size)] }
}

extension LRN: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] {
        ["alpha": .float(alpha), "beta": .float(beta), "bias": .float(bias), "size": .int(size)]
    }
}

extension AdaptiveAverage: DescribedOperator {
    /// Along one axis after another a product with the matrix that averages.
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        let type = try context.type(0)
        var x = context.input(0)
        let axes = sizes.indices.filter { sizes[$0] != nil }
        for (index, axis) in axes.enumerated() {
            guard let size = type.dimensions[axis].fixedValue, let taps = try taps(axis: axis, size: size) else {
                throw .input(0, expected: "sizes that are known", found: "\(type)")
            }
            var matrix = [Float](repeating: 0, count: size * taps.count)
            for (part, taps) in taps.enumerated() {
                for tap in taps { matrix[tap.index * (sizes[axis] ?? 1) + part] = tap.weight }
            }
            let order = type.dimensions.indices.filter { $0 != axis } + [axis]
            let weights = context.add(Tensor(matrix, shape: [size, taps.count]), as: "parts")
            let product = context.add(
                "MatMul", [context.add("Transpose", [x], ["perm": .ints(order)]), weights])
            let back: [String: AttributeValue] = ["perm": .ints(order.indices.sorted { order[$0] < order[$1] })]
            if index == axes.count - 1 { return context.finish("Transpose", [product], back) }
            x = context.add("Transpose", [product], back)
        }
        context.finish("Identity", [x])
    }
}
