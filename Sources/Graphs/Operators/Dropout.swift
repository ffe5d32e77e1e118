package import Tensors

/// Dropout as it stands in a model for inference: hands its input on.
package struct Dropout: Operator {
    package static let name = "Dropout"

    /// The share of elements that training sets to 0: the attribute of old models, which have it as input 1 since opset
    /// 12; nil when only that input says.
    package let ratio: Float?

    package init(attributes: Attributes) throws(GraphError) { ratio = try attributes.float("ratio") }

    package init(ratio: Float) { self.ratio = ratio }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        if let mode = inputs.constant(2), mode.elements(as: UInt8.self).contains(where: { $0 != 0 }) {
            throw .unsupported("Dropout in training mode is not supported in a served model")
        }
        return [type]
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        _ = try inferTypes(inputs)
        return Specialization(Identity(), inputs: [0])
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] { [try inputs.required(0)] }
}
