/// a · b elementwise, with broadcasting.
package struct Mul: BinaryOperator {
    package static let name = "Mul"
    static let kind = BinaryKind.multiply
    package init(attributes: Attributes) throws(GraphError) {}
}
