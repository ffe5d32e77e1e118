/// 1 where a < b, else 0. With broadcasting.
package struct Less: BinaryOperator {
    package static let name = "Less"
    static let kind = BinaryKind.less
    package init(attributes: Attributes) throws(GraphError) {}
}
