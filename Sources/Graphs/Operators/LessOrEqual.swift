/// 1 where a ≤ b, else 0. With broadcasting.
package struct LessOrEqual: BinaryOperator {
    package static let name = "LessOrEqual"
    static let kind = BinaryKind.lessOrEqual
    package init(attributes: Attributes) throws(GraphError) {}
}
