/// 1 where not both operands are 0, else 0. With broadcasting.
package struct Or: BinaryOperator {
    package static let name = "Or"
    static let kind = BinaryKind.or
    package init(attributes: Attributes) throws(GraphError) {}
}
