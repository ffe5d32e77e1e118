/// a + b, with broadcasting.
package struct Add: BinaryOperator {
    package static let name = "Add"
    static let kind = BinaryKind.add
    package init(attributes: Attributes) throws(GraphError) {}
}
