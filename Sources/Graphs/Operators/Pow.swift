import Tensors

/// x to the power of y, with broadcasting. With one constant exponent it becomes `Power`.
package struct Pow: BinaryOperator {
    package static let name = "Pow"
    static let kind = BinaryKind.power

    package init(attributes: Attributes) throws(GraphError) {}

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard try inputs.type(0).dtype == .float32, let exponent = inputs.constant(1), exponent.elementCount == 1,
            exponent.shape.rank <= (try inputs.type(0)).rank
        else { return nil }
        return Specialization(Power(exponent.convertedToFloat32().floats[0]), inputs: [0])
    }
}
