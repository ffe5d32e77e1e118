/// The sum of any number of operands, with broadcasting.
package struct Sum: VariadicOperator {
    package static let name = "Sum"
    package init(attributes: Attributes) throws(GraphError) {}

    func pair() throws(GraphError) -> any Operator { try Add(attributes: Attributes([:], opset: 20)) }
}
