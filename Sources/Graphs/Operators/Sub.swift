/// a - b, with broadcasting.
package struct Sub: BinaryOperator {
    package static let name = "Sub"
    static let kind = BinaryKind.subtract
    package init(attributes: Attributes) throws(GraphError) {}
}
