package import Tensors

/// Normalisation with fixed statistics: with constant parameters it becomes `ChannelAffine`.
package struct BatchNormalization: Operator {
    package static let name = "BatchNormalization"
    package let epsilon: Float
    /// How much of a running statistic stays at each training step.
    let momentum: Float
    package var layout = Layout.channelsFirst
    /// Whether scale and shift are constants by design, which says nothing about the statistics being frozen.
    package var learnsNothing = false

    package init(attributes: Attributes) throws(GraphError) {
        epsilon = try attributes.float("epsilon") ?? 1e-5
        momentum = try attributes.float("momentum") ?? 0.9
        guard try !attributes.flag("training_mode") else {
            throw .attribute("training_mode", expected: "0 in a served model", found: "1")
        }
    }

    private func affine(_ parameters: [Tensor]) throws(GraphError) -> ChannelAffine {
        let channels = parameters[0].elementCount
        for (index, tensor) in parameters.enumerated() where tensor.shape != [channels] || tensor.dtype != .float32 {
            throw .input(index + 1, expected: "float32[\(channels)]", found: "\(ValueType(of: tensor))")
        }
        let lists = parameters.map(\.floats)
        var (scale, shift) = ([Float](), [Float]())
        for channel in 0..<channels {
            let factor = Double(lists[0][channel]) / (Double(lists[3][channel]) + Double(epsilon)).squareRoot()
            scale.append(Float(factor))
            shift.append(Float(Double(lists[1][channel]) - Double(lists[2][channel]) * factor))
        }
        var affine = ChannelAffine(scale: scale, shift: shift)
        affine.layout = layout
        return affine
    }

    package static var parameterInputs: [(index: Int, isTrainable: Bool)] {
        [(1, true), (2, true), (3, false), (4, false)]
    }

    private func affine(_ inputs: InferenceInputs) throws(GraphError) -> ChannelAffine {
        let parameters = (1...4).compactMap { inputs.constant($0) }
        guard parameters.count == 4 else {
            throw .unsupported("BatchNormalization with computed parameters is not supported")
        }
        return try affine(parameters)
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        Specialization(try affine(inputs), inputs: [0])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        try affine(inputs).inferTypes(inputs)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        var parameters = [Tensor]()
        for index in 1...4 { parameters.append(try inputs.required(index)) }
        return try affine(parameters).evaluate([try inputs.required(0)])
    }
}
