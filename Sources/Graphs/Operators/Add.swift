/// a + b, with broadcasting.
package struct Add: BinaryOperator {
    package static let name = "Add"
    static let kind = BinaryKind.add
    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(0, true), (1, true)] }
    package init(attributes: Attributes) throws(GraphError) {}
}
