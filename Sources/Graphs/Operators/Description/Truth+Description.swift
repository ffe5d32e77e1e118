import Tensors

extension DescriptionContext {
    /// Input `index` as truth values. Plans have floats for them, and layers make masks of floats.
    fileprivate mutating func truth(_ index: Int) throws(GraphError) -> String {
        try type(index).dtype == .float32 ? add("Cast", [input(index)], ["to": .int(9)]) : input(index)
    }

    /// Input `index` as int64: indices and lengths, which plans have as floats.
    fileprivate mutating func whole(_ index: Int) throws(GraphError) -> String {
        try type(index).dtype == .float32 ? add("Cast", [input(index)], ["to": .int(7)]) : input(index)
    }
}

extension And {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(name, [try context.truth(0), try context.truth(1)])
    }
}

extension Or {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(name, [try context.truth(0), try context.truth(1)])
    }
}

extension Xor {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(name, [try context.truth(0), try context.truth(1)])
    }
}

extension Not: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(name, [try context.truth(0)])
    }
}

extension Where: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(name, [try context.truth(0), context.input(1), context.input(2)])
    }
}

extension ReverseSequence: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(
            name, [context.input(0), try context.whole(1)],
            ["batch_axis": .int(batchAxis), "time_axis": .int(timeAxis)])
    }
}

extension GatherElements: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        context.finish(name, [context.input(0), try context.whole(1)], ["axis": .int(axis)])
    }
}

extension TopK: DescribedOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        let places = context.input(1, or: count.map { [$0] }, as: "k")
        context.finish(
            name, [context.input(0), places], ["axis": .int(axis), "largest": .int(takesLargest ? 1 : 0)])
    }
}

extension ArgumentReduction {
    package var describedAttributes: [String: AttributeValue] {
        [
            "axis": .int(settings.axis), "keepdims": .int(settings.keepsDimension ? 1 : 0),
            "select_last_index": .int(settings.takesLast ? 1 : 0),
        ]
    }
}
