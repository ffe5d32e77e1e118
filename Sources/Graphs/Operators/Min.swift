/// The smallest of any number of operands, with broadcasting.
package struct Min: VariadicOperator {
    package static let name = "Min"
    package init(attributes: Attributes) throws(GraphError) {}

    func pair() throws(GraphError) -> any Operator { Minimum() }
}
