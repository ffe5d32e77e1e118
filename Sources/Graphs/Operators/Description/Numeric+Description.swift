extension Gemm: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] {
        var result: [String: AttributeValue] = ["alpha": .float(alpha), "beta": .float(beta)]
        if transposesA { result["transA"] = .int(1) }
        if transposesB { result["transB"] = .int(1) }
        return result
    }
}

extension ReductionOperator {
    package var describedAttributes: [String: AttributeValue] {
        var result: [String: AttributeValue] = ["keepdims": .int(keepsDimensions ? 1 : 0)]
        if isIdentityWithoutAxes { result["noop_with_empty_axes"] = .int(1) }
        return result
    }

    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(name, [context.input(0), context.input(1, or: axes, as: "axes")], describedAttributes)
    }
}

extension SoftmaxOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        let rank = try context.type(0).rank
        guard flattens, try Axis.normalized(axis, rank: rank) != rank - 1 else {
            return context.finish(name, context.inputs(), ["axis": .int(axis)])
        }
        // Up to operator set 12 all dimensions from the axis on are one.
        let input = context.input(0)
        let shape = context.add("Shape", [input])
        let flat = context.add("Flatten", [input], ["axis": .int(axis)])
        let result = context.add(name, [flat], ["axis": .int(-1)])
        context.finish("Reshape", [result, shape])
    }
}
