package import Tensors

/// Hands its input on, and refuses to be trained: behind it stands what serves as it is, but trains in a way that Apus
/// does not have.
package struct Untrained: InternalOperator {
    package static let name = "Untrained"
    /// What it is, for the message.
    let what: String

    package init(_ what: String) { self.what = what }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] { [try inputs.type(0)] }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? { inputs.splat(0) }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] { [try inputs.required(0)] }

    package func lower(_ context: inout LoweringContext) throws(GraphError) { try context.alias() }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        throw .unsupported("\(what) is not trained")
    }
}
