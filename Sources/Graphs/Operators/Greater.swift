/// 1 where a > b, else 0. With broadcasting.
package struct Greater: BinaryOperator {
    package static let name = "Greater"
    static let kind = BinaryKind.greater
    package init(attributes: Attributes) throws(GraphError) {}
}
