package import Tensors

/// The remainder of a division with the sign of the divisor, or with `fmod` that of the dividend; with broadcasting.
package struct Mod: Operator {
    package static let name = "Mod"
    package static var joinsTypes: Bool { true }
    let hasSignOfDividend: Bool

    package init(attributes: Attributes) throws(GraphError) { hasSignOfDividend = try attributes.flag("fmod") }

    private var op: any Operator { hasSignOfDividend ? Remainder() : Modulo() }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        Specialization(op, inputCount: 2)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] { try op.inferTypes(inputs) }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] { try op.evaluate(inputs) }
}
