package import Tensors

/// Transposed convolution as files have it: weights are an input; channels come first in ONNX, last in our own models.
/// With constant weights it becomes `TransposedConvolution`.
package struct ConvTranspose: Operator {
    package static let name = "ConvTranspose"
    package static let isCostly = true
    let attributes: Attributes
    /// Of the image; the weights are [in channels, out channels / groups, …kernel] in both.
    package var layout = Layout.channelsFirst

    package init(attributes: Attributes) throws(GraphError) { self.attributes = attributes }

    package init(attributes: Attributes, layout: Layout) {
        self.attributes = attributes
        self.layout = layout
    }

    private func convolution(_ weight: Tensor, _ bias: Tensor?) throws(GraphError) -> TransposedConvolution {
        guard (3...5).contains(weight.shape.rank), weight.dtype == .float32 else {
            throw .input(1, expected: "float32 weights of 3 to 5 dimensions", found: "\(ValueType(of: weight))")
        }
        let groups = try attributes.int("group") ?? 1
        guard groups >= 1, weight.shape[0] % groups == 0 else {
            throw .attribute("group", expected: "a divisor of \(weight.shape[0])", found: "\(groups)")
        }
        let channels = weight.shape[1] * groups
        if let bias, bias.shape != [channels] || bias.dtype != .float32 {
            throw .input(2, expected: "float32[\(channels)]", found: "\(ValueType(of: bias))")
        }
        let window = try TransposedWindow(attributes, kernel: Array(weight.shape.dimensions.dropFirst(2)))
        return TransposedConvolution(weight: weight, bias: bias, window: window, groups: groups, layout: layout)
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard let weight = inputs.constant(1), !inputs.has(2) || inputs.constant(2) != nil else {
            throw .unsupported("ConvTranspose with weights computed from the request is not supported")
        }
        return Specialization(try convolution(weight, inputs.constant(2)), inputs: [0])
    }

    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(1, true), (2, true)] }

    package func weighted(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard let weight = inputs.constant(1) else {
            throw .unsupported("ConvTranspose with weights computed from the request is not supported")
        }
        let fixed = try convolution(weight, inputs.constant(2))
        let op = WeightedTransposedConvolution(window: fixed.window, groups: fixed.groups, layout: layout)
        return Specialization(op, inputCount: inputs.count)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        guard let weight = inputs.constant(1) else {
            throw .input(1, expected: "constant weights", found: "computed ones")
        }
        return try convolution(weight, inputs.constant(2)).inferTypes(inputs)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        try convolution(try inputs.required(1), inputs.optional(2)).evaluate([try inputs.required(0)])
    }
}
