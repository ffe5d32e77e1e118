package import Tensors

/// Convolution whose weights are inputs, so that training can change them: what `Conv` becomes in a training graph.
///
/// Inputs: the image, weights [out channels, in channels / groups, …kernel] and optionally biases [out channels].
package struct WeightedConvolution: ImageOperator {
    package static let name = "WeightedConvolution"
    package static let isCostly = true
    let window: WindowAttributes
    let groups: Int
    var layout = Layout.channelsFirst
    var clamp = Clamp.none
    /// Whether 2×2 max-pooling of stride 2 follows in the same step.
    var isPooled = false

    init(window: WindowAttributes, groups: Int, layout: Layout) {
        (self.window, self.groups, self.layout) = (window, groups, layout)
    }

    /// The same convolution with fixed weights.
    private func fixed(weight: Tensor, bias: Tensor?) -> Convolution {
        var convolution = Convolution(weight: weight, bias: bias, window: window, groups: groups)
        (convolution.layout, convolution.clamp, convolution.isPooled) = (layout, clamp, isPooled)
        return convolution
    }

    /// Weights of three dimensions over the slices of `DepthUnfolding`, as those of its channels.
    private func flat(_ weight: Tensor) -> Tensor {
        weight.shape.rank == window.kernel.count + 3
            ? weight.reshaped(to: window.flatWeightShape(weight.shape)) : weight
    }

    /// Over three dimensions: over the last two, with the slices of a window as more channels.
    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        guard window.kernel.count == 3, layout == .channelsLast else { return nil }
        let unfolded = graph.add(DepthUnfolding(window: window.taking(0..<1)), [try graph.input(0)])
        var flat = WeightedConvolution(window: window.taking(1..<3), groups: groups, layout: .channelsLast)
        flat.clamp = clamp
        let bias = graph.inputs.has(2) ? [try graph.input(2)] : []
        return [graph.add(flat, [unfolded, try graph.input(1)] + bias)]
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        guard let weight = inputs.constant(1) else {
            throw .input(1, expected: "constant weights", found: "computed ones")
        }
        return try fixed(weight: flat(weight), bias: inputs.constant(2)).inferTypes(inputs)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        try fixed(weight: flat(try inputs.required(1)), bias: inputs.optional(2)).evaluate([try inputs.required(0)])
    }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        guard layout == .channelsLast else {
            throw .structure("WeightedConvolution is trained with channels last only")
        }
        let whole = context.shape(ofInput: 1)
        let weight = window.kernel.count == 2 ? window.flatWeightShape(whole) : whole
        let image = Array(context.shape(ofInput: 0).dimensions.dropLast().suffix(window.kernel.count))
        let geometry = window.window(sizes: image, inChannels: weight[1] * groups, outChannels: weight[0])
        let steps = try ConvolutionTraining(
            geometry: geometry, groups: groups, clamp: clamp, isPooled: isPooled, context: context)
        steps.addForward(context)
        context.onBackward { backward throws(GraphError) in steps.addBackward(backward) }
    }
}
