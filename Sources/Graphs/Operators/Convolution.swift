package import Tensors

/// Convolution with fixed weights over one to three spatial dimensions, optionally fused with a clamp and with 2×2
/// max-pooling of stride 2.
package struct Convolution: ImageOperator {
    package static let name = "Convolution"
    package static let isCostly = true
    /// [out channels, in channels / groups, …kernel]
    var weight: Tensor {
        guard let scale else { return weights.value }
        let (elements, block) = (weights.value.floats, weights.value.elementCount / max(outChannels, 1))
        return Tensor(elements.enumerated().map { $1 * scale[$0 / block] }, shape: weightShape)
    }
    /// The weights before they are scaled, until they are packed.
    let weights: Releasable<Tensor>
    /// What the weights of each out channel are multiplied by; nil for 1.
    private(set) var scale: [Float]?
    private let weightShape: Shape
    /// In channels that were one channel's slices of the depth, side by side; the file has them before its other taps.
    private(set) var slices = 1
    /// [out channels]
    var bias: Tensor?
    let window: WindowAttributes
    let groups: Int
    var layout = Layout.channelsFirst
    var clamp = Clamp.none
    /// Whether 2×2 max-pooling of stride 2 follows in the same kernel.
    var isPooled = false

    init(weight: Tensor, bias: Tensor?, window: WindowAttributes, groups: Int) {
        weights = Releasable(weight)
        weightShape = weight.shape
        self.bias = bias?.owned
        self.window = window
        self.groups = groups
    }

    var outChannels: Int { weightShape[0] }
    var inChannels: Int { weightShape[1] * groups }

    /// Multiplies the weights of each out channel by a number.
    mutating func scale(by factors: [Float]) {
        scale = scale.map { old in zip(old, factors).map { $0 * $1 } } ?? factors
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0)
        let channelAxis = layout.channelAxis(rank: type.rank)
        guard type.dtype == .float32, type.rank > 2, type.dimensions[channelAxis] == .fixed(inChannels) else {
            throw .input(0, expected: "float32 with \(inChannels) channels", found: "\(type)")
        }
        type.dimensions[channelAxis] = .fixed(outChannels)
        for (index, axis) in try layout.spatialAxes(rank: type.rank, count: window.kernel.count).enumerated() {
            let size = try window.outputSize(type.dimensions[axis], index)
            type.dimensions[axis] = isPooled ? size / 2 : size
            if let size = type.dimensions[axis].fixedValue, size < 1 {
                throw .input(
                    0, expected: "an image that the kernel \(window.kernel) fits", found: "\(try inputs.type(0))")
            }
        }
        return [type]
    }

    /// The geometry for one image of `row` = [height, width, channels] or [width, channels].
    func geometry(row: Shape) -> ConvolutionWindow {
        let sizes = Array(row.dimensions.dropLast().suffix(window.kernel.count))
        return window.window(sizes: sizes, inChannels: inChannels, outChannels: outChannels)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        var input = try inputs.required(0)
        let rank = input.shape.rank
        if layout == .channelsFirst { input = Transpose.transposed(input, Layout.toChannelsLast(rank: rank)) }
        let leading = Array(input.shape.dimensions.dropLast(window.kernel.count + 1))
        let images = leading.reduce(1, *)
        let size = input.elementCount / max(images, 1)
        let elements = input.floats
        let sizes = Array(input.shape.dimensions.dropLast().suffix(window.kernel.count))
        var result = [Float]()
        for image in 0..<images {
            let x = Array(elements[(image * size)..<((image + 1) * size)])
            result +=
                sizes.count == 3
                ? window.naiveConvolution(
                    x, sizes: sizes, weights: weight.floats, bias: bias?.floats, outChannels: outChannels,
                    groups: groups
                ).map(clamp.apply) : evaluate(x, geometry(row: input.shape))
        }
        let spatial = window.outputSizes(sizes).map { $0 / (isPooled ? 2 : 1) }
        let output = Tensor(result, shape: Shape(leading + spatial + [outChannels]))
        return [
            layout == .channelsFirst ? Transpose.transposed(output, Layout.toChannelsFirst(rank: rank)) : output
        ]
    }

    /// One image, group by group.
    private func evaluate(_ x: [Float], _ geometry: ConvolutionWindow) -> [Float] {
        let group = groupGeometry(geometry)
        let pixels = geometry.outHeight * geometry.outWidth
        var y = [Float](repeating: 0, count: pixels * outChannels)
        let (width, weights) = (group.inChannels, weight.floats)
        for index in 0..<groups {
            let part = stride(from: 0, to: x.count, by: inChannels).flatMap { pixel in
                x[(pixel + index * width)..<(pixel + (index + 1) * width)]
            }
            let count = weights.count / groups
            let channels = (index * group.outChannels)..<((index + 1) * group.outChannels)
            let result = Naive.convolution(
                group, x: part, weights: Array(weights[(index * count)..<((index + 1) * count)]),
                bias: bias.map { Array($0.floats[channels]) }, clamp: clamp)
            for pixel in 0..<pixels {
                for (offset, channel) in channels.enumerated() {
                    y[pixel * outChannels + channel] = result[pixel * group.outChannels + offset]
                }
            }
        }
        guard isPooled else { return y }
        let image = (geometry.outHeight, geometry.outWidth, outChannels)
        return Naive.maxPool(ConvolutionWindow(image: image, kernel: (2, 2), stride: (2, 2)), x: y)
    }

    /// Over three dimensions: over the last two, with the slices of a window as more channels.
    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        guard window.kernel.count == 3, layout == .channelsLast else { return nil }
        let unfolded = graph.add(DepthUnfolding(window: window.taking(0..<1)), [try graph.input(0)])
        var flat = Convolution(
            weight: weights.value.reshaped(to: window.flatWeightShape(weightShape)), bias: bias,
            window: window.taking(1..<3), groups: groups)
        (flat.slices, flat.layout, flat.clamp, flat.scale) = (window.kernel[0], .channelsLast, clamp, scale)
        return [graph.add(flat, [unfolded])]
    }

    /// The geometry of one group's share of the channels.
    func groupGeometry(_ geometry: ConvolutionWindow) -> ConvolutionWindow {
        window.window(
            sizes: Array([geometry.height, geometry.width].suffix(window.kernel.count)),
            inChannels: inChannels / groups, outChannels: outChannels / groups)
    }
}
