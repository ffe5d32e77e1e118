/// 1 where a = b, else 0. With broadcasting.
package struct Equal: BinaryOperator {
    package static let name = "Equal"
    static let kind = BinaryKind.equal
    package init(attributes: Attributes) throws(GraphError) {}
}
