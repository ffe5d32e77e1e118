import Tensors

/// x where x > 0, slope · x elsewhere, with slopes that are learned (He et al. 2015).
package struct PRelu: BinaryOperator {
    package static let name = "PRelu"
    static let kind = BinaryKind.parametricRelu
    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(1, true)] }

    package init(attributes: Attributes) throws(GraphError) {}

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let (type, slope) = (try inputs.type(0), try inputs.type(1))
        guard type.dtype == .float32, slope.dtype == .float32,
            try Broadcast.dimensions(type.dimensions, slope.dimensions) == type.dimensions
        else { throw .input(1, expected: "slopes for \(type)", found: "\(slope)") }
        return [type]
    }
}
