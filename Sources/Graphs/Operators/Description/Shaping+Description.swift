import Tensors

extension DescriptionContext {
    /// A vector of integers as a constant: axes, bounds, sizes.
    package mutating func integers(_ values: [Int], as suffix: String) -> String {
        add(Tensor(values, shape: [values.count]), as: suffix)
    }

    /// Input `index`, or the attribute that old models have in its place; empty when they have neither.
    package mutating func input(_ index: Int, or attribute: [Int]?, as suffix: String) -> String {
        if has(index) { return input(index) }
        return attribute.map { integers($0, as: suffix) } ?? ""
    }
}

extension Cast: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["to": .int(Self.code(of: dtype))] }
}

extension Concat: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["axis": .int(axis)] }
}

extension ConstantOfShape: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["value": .tensor(value.reshaped(to: [1]))] }
}

extension Dropout: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        guard noise == .dropout else { return context.finishElementwise(Identity.name) }
        let given = context.has(1) ? context.input(1) : nil
        let own = given == nil ? ratio.map { context.add(Tensor([$0], shape: []), as: "ratio") } : nil
        context.finishElementwise(name, appending: [given ?? own ?? ""])
    }
}

extension Expand: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        guard let target else { return context.finish(name, context.inputs()) }
        let sizes = target.map(\.fixedValue)
        guard !sizes.contains(nil) else {
            throw .unsupported("Expand to \(target), whose sizes are free, cannot be written to a file")
        }
        context.finish(name, [context.input(0), context.integers(sizes.compactMap(\.self), as: "shape")])
    }
}

extension Flatten: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["axis": .int(axis)] }
}

extension Gather: DescribedOperator {
    /// Rows that a request picks come as floats, which ONNX does not take.
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        var indices = context.input(1)
        if try context.type(1).dtype == .float32 { indices = context.add("Cast", [indices], ["to": .int(7)]) }
        context.finish(name, [context.input(0), indices], ["axis": .int(axis)])
    }
}

extension Reshape: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        guard let target else {
            return context.finish(name, context.inputs(), allowsZero ? ["allowzero": .int(1)] : [:])
        }
        let sizes = try Self.sizes(target, from: try context.type(0))
        context.finish(name, [context.input(0), context.integers(sizes, as: "shape")])
    }

    /// A target in ONNX's notation: 0 copies the size of the input, and one size may be left to be found.
    private static func sizes(_ target: [Dimension], from type: ValueType) throws(GraphError) -> [Int] {
        var isOpen = false
        var sizes: [Int] = []
        for (axis, dimension) in target.enumerated() {
            if let size = dimension.fixedValue {
                sizes.append(size)
            } else if axis < type.rank, type.dimensions[axis] == dimension {
                sizes.append(0)
            } else if !isOpen {
                isOpen = true
                sizes.append(-1)
            } else {
                throw .unsupported("Reshape to \(target), more than one of them free, cannot be written to a file")
            }
        }
        return sizes
    }
}

extension ShapeOf: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] {
        var result: [String: AttributeValue] = start == 0 ? [:] : ["start": .int(start)]
        if let end { result["end"] = .int(end) }
        return result
    }
}

extension Slice: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        guard let bounds, !context.has(1) else { return context.finish(name, context.inputs()) }
        let axes = bounds.axes ?? Array(bounds.starts.indices)
        let lists = [
            (bounds.starts, "starts"), (bounds.ends, "ends"), (axes, "axes"),
            (bounds.steps ?? axes.map { _ in 1 }, "steps"),
        ]
        context.finish(name, [context.input(0)] + lists.map { context.integers($0.0, as: $0.1) })
    }
}

extension Squeeze: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(name, [context.input(0), context.input(1, or: axes, as: "axes")])
    }
}

extension Unsqueeze: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(name, [context.input(0), context.input(1, or: axes, as: "axes")])
    }
}

extension Transpose: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finishTranspose(try permutation(rank: try context.type(0).rank))
    }
}
