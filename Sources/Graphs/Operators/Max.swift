/// The largest of any number of operands, with broadcasting.
package struct Max: VariadicOperator {
    package static let name = "Max"
    package init(attributes: Attributes) throws(GraphError) {}

    func pair() throws(GraphError) -> any Operator { Maximum() }
}
