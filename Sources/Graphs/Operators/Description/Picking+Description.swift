import Tensors

extension ArgumentReduction {
    package var describedAttributes: [String: AttributeValue] {
        var result: [String: AttributeValue] = [
            "axis": .int(settings.axis), "keepdims": .int(settings.keepsDimension ? 1 : 0),
        ]
        if settings.takesLast { result["select_last_index"] = .int(1) }
        return result
    }
}

extension DescriptionContext {
    /// Input `index` as int64, which ONNX wants where plans have floats.
    mutating func indices(_ index: Int) throws(GraphError) -> String {
        let name = input(index)
        return try type(index).dtype == .float32 ? add("Cast", [name], ["to": .int(Cast.code(of: .int64))]) : name
    }
}

extension Gather: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(name, [context.input(0), try context.indices(1)], ["axis": .int(axis)])
    }
}

extension GatherElements: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(name, [context.input(0), try context.indices(1)], ["axis": .int(axis)])
    }
}

extension OneHot: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["axis": .int(axis)] }
}

extension ReverseSequence: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(
            name, [context.input(0), try context.indices(1)],
            ["batch_axis": .int(batchAxis), "time_axis": .int(timeAxis)])
    }
}

extension Split: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        let sizes = context.input(1, or: self.sizes, as: "split")
        var attributes: [String: AttributeValue] = ["axis": .int(axis)]
        if sizes.isEmpty { attributes["num_outputs"] = .int(count ?? context.outputCount) }
        context.finish(name, [context.input(0), sizes], attributes)
    }
}

extension Trilu: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { ["upper": .int(isUpper ? 1 : 0)] }
}
