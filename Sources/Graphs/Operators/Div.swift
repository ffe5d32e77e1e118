/// a / b, with broadcasting; integers are divided as sizes are, without a remainder.
package struct Div: BinaryOperator {
    package static let name = "Div"
    static let kind = BinaryKind.divide
    package init(attributes: Attributes) throws(GraphError) {}
}
