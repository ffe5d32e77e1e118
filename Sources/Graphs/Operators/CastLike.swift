package import Tensors

/// Converts the first input to the element type of the second.
package struct CastLike: Operator {
    package static let name = "CastLike"

    package init(attributes: Attributes) throws(GraphError) {}

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        Specialization(Cast(to: try inputs.type(1).dtype), inputs: [0])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        [ValueType(try inputs.type(1).dtype, try inputs.type(0).dimensions)]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        try Cast(to: try inputs.required(1).dtype).evaluate([try inputs.required(0)])
    }
}
