import Tensors

extension DescriptionContext {
    /// Input `index` as truth values. Plans have floats for them, and layers make masks of floats.
    fileprivate mutating func truth(_ index: Int) throws(GraphError) -> String {
        try type(index).dtype == .float32 ? add("Cast", [input(index)], ["to": .int(9)]) : input(index)
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
