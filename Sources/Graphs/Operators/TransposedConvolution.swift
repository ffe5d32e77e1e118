package import Tensors

/// Transposed convolution with fixed weights: what `ConvTranspose` becomes.
package struct TransposedConvolution: ImageOperator {
    package static let name = "TransposedConvolution"
    package static let isCostly = true
    /// [in channels, out channels / groups, …kernel]
    var weight: Tensor {
        get { weights.value }
        set { weights = Releasable(newValue) }
    }
    /// The weights, until they are packed.
    private(set) var weights: Releasable<Tensor>
    private let weightShape: Shape
    /// [out channels]
    var bias: Tensor?
    let window: TransposedWindow
    let groups: Int
    var layout = Layout.channelsFirst
    var clamp = Clamp.none

    init(weight: Tensor, bias: Tensor?, window: TransposedWindow, groups: Int, layout: Layout) {
        (weights, weightShape) = (Releasable(weight), weight.shape)
        (self.bias, self.window, self.groups, self.layout) = (bias?.owned, window, groups, layout)
    }

    var inChannels: Int { weightShape[0] }
    var outChannels: Int { weightShape[1] * groups }
    /// Places of the kernel.
    var taps: Int { window.window.kernel.reduce(1, *) }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0, rank: window.window.kernel.count + 2)
        let channelAxis = layout.channelAxis(rank: type.rank)
        guard type.dtype == .float32, type.dimensions[channelAxis] == .fixed(inChannels) else {
            throw .input(0, expected: "float32 with \(inChannels) channels", found: "\(type)")
        }
        type.dimensions[channelAxis] = .fixed(outChannels)
        for (index, axis) in layout.spatialAxes(rank: type.rank).enumerated() {
            let size = window.outputSize(type.dimensions[axis], index)
            if let known = size.fixedValue, known < 1 {
                throw .input(0, expected: "an image of which something is left", found: "\(try inputs.type(0))")
            }
            type.dimensions[axis] = size
        }
        return [type]
    }

    func geometry(row: [Int]) -> TransposedGeometry {
        window.geometry(
            sizes: Array(row.dropLast().suffix(window.window.kernel.count)), inChannels: inChannels,
            outChannels: outChannels, groups: groups)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        var input = try inputs.required(0)
        let rank = input.shape.rank
        if layout == .channelsFirst { input = Transpose.transposed(input, Layout.toChannelsLast(rank: rank)) }
        let geometry = geometry(row: input.shape.dimensions)
        let elements = input.floats
        let result = (0..<input.shape[0]).flatMap { image in
            evaluate(Array(elements[(image * geometry.inputSize)..<((image + 1) * geometry.inputSize)]), geometry)
        }
        let spatial = geometry.output.suffix(window.window.kernel.count)
        let output = Tensor(result, shape: Shape([input.shape[0]] + spatial + [outChannels]))
        return [
            layout == .channelsFirst ? Transpose.transposed(output, Layout.toChannelsFirst(rank: rank)) : output
        ]
    }

    /// One image, by the definition: every input element spreads over the output.
    private func evaluate(_ x: [Float], _ geometry: TransposedGeometry) -> [Float] {
        let (weights, biases, own) = (weight.floats, bias?.floats, geometry.groupOutputs)
        var y = (0..<geometry.outputSize).map { Double(biases?[$0 % outChannels] ?? 0) }
        geometry.forEachLanding(0..<geometry.inputPixels) { pixel, tap, output in
            for channel in 0..<inChannels {
                for offset in 0..<own {
                    let product =
                        Double(x[pixel * inChannels + channel])
                        * Double(weights[(channel * own + offset) * geometry.taps + tap])
                    y[output * outChannels + channel / geometry.groupInputs * own + offset] += product
                }
            }
        }
        return y.map { clamp.apply(Float($0)) }
    }

    /// Each group's [in channels, taps · out channels].
    private func packedWeights(_ kernels: Kernels) -> AlignedStorage {
        let groupRows = weight.strided(parts: groups, channels: outChannels / groups, taps: taps)
        let parts = groupRows.flatMap { rows in (0..<taps).map { rows.transposedTap($0) } }
        return kernels.packed(parts, runs: groups)
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        guard layout == .channelsLast else {
            throw .structure("TransposedConvolution is lowered with channels last only")
        }
        let geometry = geometry(row: context.rowShape(ofInput: 0).dimensions)
        let images = context.rowShape(ofInput: 0).elementCount / geometry.inputSize
        let (kernels, clamp, bias) = (context.kernels, clamp, bias?.storage)
        let packed = context.packed("transposed") { packedWeights(kernels) }
        if context.isOnlyPlan { weights.release() }
        context.addRowwiseStep(reads: [0], scratch: geometry.columnSize) { operands, _ in
            for image in 0..<images {
                let y = unsafe operands[1] + image * geometry.outputSize
                unsafe geometry.run(
                    x: operands[0] + image * geometry.inputSize, packed: packed.floats,
                    bias: bias.map { unsafe UnsafePointer($0.floats) }, y: y, scratch: operands[2], kernels: kernels)
                if clamp != .none { unsafe kernels.clamp(y, to: clamp, into: y, count: geometry.outputSize) }
            }
        }
    }
}
