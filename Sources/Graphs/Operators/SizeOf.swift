package import Tensors

/// ONNX's `Size`: the number of elements of a value.
package struct SizeOf: Operator {
    package static let name = "Size"

    package init(attributes: Attributes) throws(GraphError) {}

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        _ = try inputs.type(0)
        return [ValueType(.int64, [])]
    }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? {
        (try? inputs.type(0)).map { [$0.elementCount] }
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        [Tensor([try inputs.required(0).elementCount], shape: [])]
    }
}
