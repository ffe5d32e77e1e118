import Tensors

/// The steps of a convolution in training, image by image.
///
/// The sums of an image stay in scratch memory when pooling follows: what is kept is the pooled result and, for each
/// element, which of the four won. Gradients: of the image, a convolution of the output's gradient with the weights
/// turned by 180° (stride 1; otherwise taps are scattered); of the weights, a product summed over pixels
/// (`Kernels.convolutionWeightGradient`).
struct ConvolutionTraining: Sendable {
    let kernels: Kernels
    /// The window over the image as it comes.
    let geometry: ConvolutionWindow
    /// What is computed of it: without rows and columns that pooling drops.
    let computed: ConvolutionWindow
    /// One group of channels over the padded image: the window of the weights' gradient.
    let padded: ConvolutionWindow
    /// How one group is computed.
    let method: ConvolutionMethod
    /// The rows of the result, each of one image or several.
    let axis: BatchAxis
    let groups: Int
    let clamp: Clamp
    let isPooled: Bool
    let hasBias: Bool
    let x, weight, y, packed, sums, workspace: TrainingBuffer
    let bias: TrainingBuffer?
    /// Which element of a pooling window won, a byte each.
    let codes: TrainingBuffer?

    init(
        geometry: ConvolutionWindow, groups: Int, clamp: Clamp, isPooled: Bool, context: TrainingContext
    ) throws(GraphError) {
        axis = try context.axis(ofOutput: 0)
        guard axis.outer == 1 else { throw .unsupported("Conv is trained with the batch first only") }
        (self.groups, self.clamp, self.isPooled) = (groups, clamp, isPooled)
        kernels = context.kernels
        self.geometry = geometry
        computed = geometry.with(
            output: isPooled
                ? (geometry.outHeight / 2 * 2, geometry.outWidth / 2 * 2) : (geometry.outHeight, geometry.outWidth))
        padded = computed.withPaddingInside(
            channels: geometry.inChannels / groups, outChannels: geometry.outChannels / groups)
        method = ConvolutionMethod(computed.group(of: groups), kernels: kernels)
        hasBias = context.hasInput(2)
        x = context.input(0)
        weight = context.input(1)
        bias = hasBias ? context.input(2) : nil
        y = context.output()
        packed = context.prepared(floats: groups * method.packedSize)
        sums = context.scratch(floats: computed.outHeight * computed.outWidth * geometry.outChannels)
        let part = geometry.height * geometry.width * geometry.inChannels / groups
        let result = computed.outHeight * computed.outWidth * geometry.outChannels / groups
        workspace = context.scratch(floats: method.workspaceSize + (groups == 1 ? 0 : part + result + 32))
        let pooled = computed.outHeight / 2 * (computed.outWidth / 2) * geometry.outChannels
        let images = context.shape(ofOutput: 0).dimensions.dropLast(3).reduce(1, *)
        codes = isPooled ? context.saved(floats: images * ((pooled + 3) / 4)) : nil
    }

    var inputSize: Int { geometry.height * geometry.width * geometry.inChannels }
    var sumSize: Int { computed.outHeight * computed.outWidth * computed.outChannels }
    var outputSize: Int { isPooled ? sumSize / 4 : sumSize }
    private var codeFloats: Int { (outputSize + 3) / 4 }

    func addForward(_ context: TrainingContext) {
        let group = method.window
        let weightSize = group.kernelHeight * group.kernelWidth * group.inChannels * group.outChannels
        context.addPreparation { operands in
            for index in 0..<groups {
                unsafe method.pack(
                    operands[weight] + index * weightSize, into: operands[packed] + index * method.packedSize)
            }
        }
        context.addForward { operands in
            for row in axis.images(operands.rows, size: outputSize) { forward(operands, row: row) }
        }
    }

    private func forward(_ operands: TrainingOperands, row: Int) {
        let input = unsafe operands[x] + row * inputSize
        let output = unsafe operands[y] + row * outputSize
        let target = unsafe isPooled ? operands[sums] : output
        let range = isPooled ? Clamp.none : clamp
        if groups == 1 {
            unsafe method.run(
                x: input, packed: operands[packed], bias: bias.map { unsafe UnsafePointer(operands[$0]) },
                clamp: range, y: target, workspace: operands[workspace])
        } else {
            unsafe forwardGroups(operands, input, target, range)
        }
        guard isPooled, let codes else { return }
        unsafe kernels.maxPoolCodes(
            height: computed.outHeight, width: computed.outWidth, channels: computed.outChannels,
            x: operands[sums], clamp: clamp, y: output,
            codes: UnsafeMutableRawPointer(operands[codes] + row * codeFloats).assumingMemoryBound(to: UInt8.self))
    }

    /// Each group's channels are gathered, convolved and scattered.
    private func forwardGroups(
        _ operands: TrainingOperands, _ input: UnsafePointer<Float>, _ target: UnsafeMutablePointer<Float>,
        _ range: Clamp
    ) {
        let group = method.window
        let (pixels, outPixels) = (group.height * group.width, group.outHeight * group.outWidth)
        let part = unsafe operands[workspace]
        let result = unsafe part + (pixels * group.inChannels + 15) / 16 * 16
        for index in 0..<groups {
            unsafe ChannelCopy.gather(
                input, pixels: pixels, channels: computed.inChannels, first: index * group.inChannels,
                count: group.inChannels, into: part)
            unsafe method.run(
                x: part, packed: operands[packed] + index * method.packedSize,
                bias: bias.map { unsafe UnsafePointer(operands[$0] + index * group.outChannels) }, clamp: range,
                y: result, workspace: result + (outPixels * group.outChannels + 15) / 16 * 16)
            unsafe ChannelCopy.scatter(
                result, pixels: outPixels, channels: computed.outChannels, first: index * group.outChannels,
                count: group.outChannels, into: target)
        }
    }
}
