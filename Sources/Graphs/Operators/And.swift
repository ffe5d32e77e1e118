/// 1 where neither operand is 0, else 0. With broadcasting.
package struct And: BinaryOperator {
    package static let name = "And"
    static let kind = BinaryKind.and
    package init(attributes: Attributes) throws(GraphError) {}
}
