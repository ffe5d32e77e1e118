/// a · b elementwise, with broadcasting.
package struct Mul: BinaryOperator {
    package static let name = "Mul"
    static let kind = BinaryKind.multiply
    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(0, true), (1, true)] }
    package init(attributes: Attributes) throws(GraphError) {}
}
