package import Tensors

/// y = scale[c] · x + shift[c] for each channel c: batch normalisation with its statistics folded in.
package struct ChannelAffine: ImageOperator {
    package static let name = "ChannelAffine"
    let scale: [Float]
    let shift: [Float]
    var layout = Layout.channelsFirst

    init(scale: [Float], shift: [Float]) {
        self.scale = scale
        self.shift = shift
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        guard type.dtype == .float32, type.rank >= 2,
            type.dimensions[layout.channelAxis(rank: type.rank)] == .fixed(scale.count)
        else { throw .input(0, expected: "float32 with \(scale.count) channels", found: "\(type)") }
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (elements, shape) = try inputs.floats(0)
        let axis = layout.channelAxis(rank: shape.rank)
        let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
        let result = elements.enumerated().map { index, x in
            let channel = index / inner % scale.count
            return x * scale[channel] + shift[channel]
        }
        return [Tensor(result, shape: shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let type = context.type(ofInput: 0)
        let row = context.rowShape(ofInput: 0)
        let axis = try context.rowAxis(layout.channelAxis(rank: type.rank))
        let inner = row.dimensions[(axis + 1)...].reduce(1, *)
        let (scale, shift, count) = (scale, shift, row.elementCount)
        context.addRowwiseStep(reads: [0]) { operands, _ in
            let (x, y) = unsafe (operands[0], operands[1])
            var index = 0
            while index < count {
                for channel in 0..<scale.count {
                    for _ in 0..<inner {
                        unsafe y[index] = x[index] * scale[channel] + shift[channel]
                        index += 1
                    }
                }
            }
        }
    }
}
