import Tensors

extension ArgumentReductionSettings {
    /// The attributes of `ArgMax` and `ArgMin`.
    fileprivate var described: [String: AttributeValue] {
        var result: [String: AttributeValue] = ["axis": .int(axis), "keepdims": .int(keepsDimension ? 1 : 0)]
        if takesLast { result["select_last_index"] = .int(1) }
        return result
    }
}

extension ArgMax: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { settings.described }
}

extension ArgMin: DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { settings.described }
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
