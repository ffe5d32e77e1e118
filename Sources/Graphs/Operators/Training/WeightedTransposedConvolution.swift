package import Tensors

/// Transposed convolution whose weights are inputs, so that training can change them: what `ConvTranspose` becomes in a
/// training graph.
///
/// Inputs: the image, weights [in channels, out channels / groups, …kernel] and optionally biases [out channels].
package struct WeightedTransposedConvolution: ImageOperator {
    package static let name = "WeightedTransposedConvolution"
    package static let isCostly = true
    let window: TransposedWindow
    let groups: Int
    var layout: Layout

    private func fixed(weight: Tensor, bias: Tensor?) -> TransposedConvolution {
        TransposedConvolution(weight: weight, bias: bias, window: window, groups: groups, layout: layout)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        guard let weight = inputs.constant(1) else {
            throw .input(1, expected: "constant weights", found: "computed ones")
        }
        return try fixed(weight: weight, bias: inputs.constant(2)).inferTypes(inputs)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        try fixed(weight: try inputs.required(1), bias: inputs.optional(2)).evaluate([try inputs.required(0)])
    }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        guard layout == .channelsLast else {
            throw .structure("WeightedTransposedConvolution is trained with channels last only")
        }
        let weight = context.shape(ofInput: 1)
        let image = Array(context.shape(ofInput: 0).dimensions.dropFirst().dropLast())
        let steps = TransposedTraining(
            geometry: window.geometry(
                sizes: image, inChannels: weight[0], outChannels: weight[1] * groups, groups: groups),
            axis: try context.imageAxis(), context: context)
        steps.addForward(context)
        context.onBackward { backward throws(GraphError) in steps.addBackward(backward) }
    }
}
