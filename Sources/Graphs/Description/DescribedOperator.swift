/// An operator that can be written to files: it says what it does in terms of ONNX's operator set 20.
///
/// All operators that importers and layers make have to be; `OperatorRegistryTests` lists those that are not.
package protocol DescribedOperator: Operator {
    /// The attributes of the ONNX operator of the same name.
    var describedAttributes: [String: AttributeValue] { get }

    /// Adds the nodes that do the same in operator set 20.
    func describe(_ context: inout DescriptionContext) throws(GraphError)
}

extension DescribedOperator {
    package var describedAttributes: [String: AttributeValue] { [:] }

    /// A node of the same name with the same inputs.
    package func describe(_ context: inout DescriptionContext) throws(GraphError) {
        if self is any UnaryOperator { return context.finishElementwise(name, describedAttributes) }
        context.finish(name, context.inputs(), describedAttributes)
    }
}
