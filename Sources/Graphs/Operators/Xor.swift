/// 1 where one operand is 0 and the other is not, else 0. With broadcasting.
package struct Xor: BinaryOperator {
    package static let name = "Xor"
    static let kind = BinaryKind.xor
    package init(attributes: Attributes) throws(GraphError) {}
}
