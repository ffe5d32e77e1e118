package import Tensors

/// Hands its input on.
package struct Identity: Operator {
    package static let name = "Identity"

    package init(attributes: Attributes) throws(GraphError) {}

    package init() {}

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] { [try inputs.type(0)] }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? { inputs.sizes(0) }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? { inputs.splat(0) }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] { [try inputs.required(0)] }

    package func lower(_ context: inout LoweringContext) throws(GraphError) { try context.alias() }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) { context.alias() }
}
