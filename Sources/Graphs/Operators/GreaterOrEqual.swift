/// 1 where a ≥ b, else 0. With broadcasting.
package struct GreaterOrEqual: BinaryOperator {
    package static let name = "GreaterOrEqual"
    static let kind = BinaryKind.greaterOrEqual
    package init(attributes: Attributes) throws(GraphError) {}
}
