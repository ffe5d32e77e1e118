extension BinaryOperator {
    package func describe(_ context: inout DescriptionContext) throws(GraphError) { context.finishBroadcast(name) }
}
