import Tensors

extension LayerNormalization: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["axis": .int(axis), "epsilon": .float(epsilon)] }
}

extension RMSNormalization: DescribedOperator {
    /// Operator set 23 brings it: x / √(mean(x²) + ε) · scale until then.
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        let rank = try context.type(0).rank
        let axes = Array(try Axis.normalized(axis, rank: rank)..<rank)
        let x = context.input(0)
        let square = context.add("Mul", [x, x])
        let mean = context.add("ReduceMean", [square, context.integers(axes, as: "axes")])
        let shifted = context.add("Add", [mean, context.add(Tensor([epsilon], shape: []), as: "epsilon")])
        let divided = context.add("Div", [x, context.add("Sqrt", [shifted])])
        context.finish("Mul", [divided, context.input(1)])
    }
}

extension InstanceNormalization: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        try context.finishImage(name, ["epsilon": .float(epsilon)], layout: layout)
    }
}

extension GroupNormalization: DescribedOperator {
    /// In operator set 20 scale and shift are for groups, and programs differ; so the groups are normalised as the
    /// channels of an image.
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        let type = try context.type(0)
        let (there, back) = layout.permutations(rank: type.rank)
        let axis = layout.channelAxis(rank: type.rank)
        guard let channels = type.dimensions[axis].fixedValue else {
            throw .input(0, expected: "a known number of channels", found: "\(type)")
        }
        let x = context.input(0, permuted: there)
        let groups = context.add("Reshape", [x, context.integers([0, groups, -1], as: "groups")])
        let one = context.add(Tensor([Float](repeating: 1, count: self.groups), shape: [self.groups]), as: "one")
        let zero = context.add(Tensor([Float](repeating: 0, count: self.groups), shape: [self.groups]), as: "zero")
        let normal = context.add("InstanceNormalization", [groups, one, zero], ["epsilon": .float(epsilon)])
        let image = context.add("Reshape", [normal, context.add("Shape", [x])])
        let width = channels / self.groups
        let sides = try [1, 2].map { index throws(GraphError) in
            try parameter(index, repeated: scalesGroups ? width : 1, rank: type.rank, &context)
        }
        context.finish("Add", [context.add("Mul", [image, sides[0]]), sides[1]], permutations: [back])
    }

    /// A parameter of groups or channels as [channels, 1, …].
    private func parameter(
        _ index: Int, repeated count: Int, rank: Int, _ context: inout DescriptionContext
    ) throws(GraphError) -> String {
        guard let tensor = context.constant(index) else {
            throw .input(index, expected: "constant parameters", found: "computed ones")
        }
        let values = tensor.floats.flatMap { [Float](repeating: $0, count: count) }
        let shape = Shape([values.count] + [Int](repeating: 1, count: rank - 2))
        return context.add(Tensor(values, shape: shape), as: index == 1 ? "scale" : "shift")
    }
}
