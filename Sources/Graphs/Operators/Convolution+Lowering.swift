import Tensors

/// How one image is convolved.
enum ConvolutionAlgorithm: Sendable {
    /// One input channel, 3×3, pooled: the taps stay in registers.
    case firstLayer
    /// 3×3 in fewer multiplications (Lavin & Gray 2015).
    case winograd
    /// Any geometry.
    case direct
    /// One channel in, one out, per group.
    case depthwise
    /// Several groups, one after another.
    case grouped
}

extension Convolution {
    /// The algorithm for a geometry; the same for every batch size, so that a row's bits don't depend on its batch.
    func algorithm(_ geometry: ConvolutionWindow) -> ConvolutionAlgorithm {
        if groups > 1 { return groups == inChannels && groups == outChannels ? .depthwise : .grouped }
        if isPooled, inChannels == 1 { return .firstLayer }
        return usesWinograd(geometry) ? .winograd : .direct
    }

    /// Weights of which few pixels make use cost more to read than to multiply, and Winograd's are 16/9 as many: from this
    /// many on,
    private static let largeWeights = 1 << 22
    /// and for fewer output pixels than this, they stay as they are.
    private static let fewPixels = 256

    private func usesWinograd(_ geometry: ConvolutionWindow) -> Bool {
        geometry.allowsWinograd
            && (9 * inChannels * outChannels < Self.largeWeights
                || geometry.outHeight * geometry.outWidth >= Self.fewPixels)
    }

    /// Whether 2×2 max-pooling of stride 2 can be fused into this convolution of images of shape `row`.
    func canPool(row: Shape) -> Bool {
        guard groups == 1, layout == .channelsLast, row.rank == 3 else { return false }
        let geometry = geometry(row: row)
        guard geometry.outHeight >= 2, geometry.outWidth >= 2 else { return false }
        if usesWinograd(geometry) { return true }
        return inChannels == 1 && window.kernel == [3, 3] && window.strides == [1, 1] && window.dilations == [1, 1]
            && geometry.padding == .none
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        guard layout == .channelsLast else { throw .structure("Convolution is lowered with channels last only") }
        let row = context.rowShape(ofInput: 0)
        let geometry = geometry(row: row)
        let images = row.dimensions.dropLast(window.kernel.count + 1).reduce(1, *)
        let kernel = kernel(&context, geometry)
        // Other sizes may take another algorithm, which packs the weights otherwise.
        if context.isOnlyPlan { weights.release() }
        let inputSize = row.elementCount / max(images, 1)
        let outputSize = context.rowShape(ofOutput: 0).elementCount / max(images, 1)
        let body = unsafe kernel.body
        context.addRowwiseStep(reads: [0], scratch: kernel.workspace) { operands, _ in
            let workspace = unsafe kernel.workspace > 0 ? operands[2] : operands[1]
            for image in 0..<images {
                unsafe body(operands[0] + image * inputSize, operands[1] + image * outputSize, workspace)
            }
        }
    }

    /// The kernel for one image, with its weights packed.
    @safe private struct Kernel: Sendable {
        typealias Body =
            @Sendable (
                _ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ workspace: UnsafeMutablePointer<Float>
            ) -> Void
        /// Floats of scratch memory.
        var workspace: Int
        var body: Body
    }

    private func kernel(_ context: inout LoweringContext, _ geometry: ConvolutionWindow) -> Kernel {
        let (kernels, clamp) = (context.kernels, clamp)
        let bias = context.packed("bias") { paddedBias() }
        switch algorithm(geometry) {
        case .firstLayer:
            let taps = context.packed("taps") { packedTaps() }
            return unsafe Kernel(workspace: 0) { x, y, _ in
                unsafe kernels.convolutionFirstPool(
                    height: geometry.height, width: geometry.width, outChannels: geometry.outChannels, x: x,
                    weights: taps.floats, bias: bias.floats, clamp: clamp, y: y)
            }
        case .winograd:
            let (tile, isPooled) = (WinogradTile.fastest(for: geometry, pooled: isPooled), isPooled)
            let transformed = context.packed("winograd \(tile)") {
                kernels.winogradTransformed(tile, stridedWeights()[0], slices: slices, scale: scale)
            }
            let workspace = kernels.winogradWorkspace(geometry, tile: tile, pooled: isPooled)
            return unsafe Kernel(workspace: workspace) { x, y, workspace in
                unsafe kernels.winograd(
                    geometry, tile: tile, pooled: isPooled, x: x, transformed: transformed.floats, bias: bias.floats,
                    clamp: clamp, y: y, workspace: workspace)
            }
        case .direct:
            let packed = context.packed("direct") { kernels.packed(stridedWeights(), slices: slices, scale: scale) }
            return unsafe Kernel(workspace: kernels.convolutionWorkspace(geometry)) { x, y, workspace in
                unsafe kernels.convolution(
                    geometry, x: x, packed: packed.floats, bias: bias.floats, clamp: clamp, y: y,
                    workspace: workspace)
            }
        case .depthwise:
            let taps = context.packed("depthwise") { depthwiseTaps() }
            return unsafe Kernel(workspace: 0) { x, y, _ in
                unsafe kernels.depthwise(geometry, x: x, weights: taps.floats, bias: bias.floats, clamp: clamp, y: y)
            }
        case .grouped: return groupedKernel(&context, geometry, bias)
        }
    }

    /// Gathers each group's channels, convolves them and spreads the result.
    private func groupedKernel(
        _ context: inout LoweringContext, _ geometry: ConvolutionWindow, _ bias: AlignedStorage
    ) -> Kernel {
        let (kernels, clamp, groups) = (context.kernels, clamp, groups)
        let part = groupGeometry(geometry)
        let packed = context.packed("groups") {
            kernels.packed(stridedWeights(groups), slices: slices, scale: scale, runs: groups)
        }
        let packedSize = kernels.packedConvolutionSize(part)
        let inputPixels = geometry.height * geometry.width
        let outputPixels = geometry.outHeight * geometry.outWidth
        let (inputFloats, outputFloats) = (inputPixels * part.inChannels, outputPixels * part.outChannels)
        let workspace = inputFloats + outputFloats + kernels.convolutionWorkspace(part)
        return unsafe Kernel(workspace: workspace) { x, y, scratch in
            let (gathered, computed) = unsafe (scratch, scratch + inputFloats)
            for group in 0..<groups {
                for pixel in 0..<inputPixels {
                    unsafe (gathered + pixel * part.inChannels).update(
                        from: x + pixel * geometry.inChannels + group * part.inChannels, count: part.inChannels)
                }
                unsafe kernels.convolution(
                    part, x: gathered, packed: packed.floats + group * packedSize,
                    bias: bias.floats + group * part.outChannels, clamp: clamp, y: computed,
                    workspace: computed + outputFloats)
                for pixel in 0..<outputPixels {
                    unsafe (y + pixel * geometry.outChannels + group * part.outChannels).update(
                        from: computed + pixel * part.outChannels, count: part.outChannels)
                }
            }
        }
    }

    /// The weights before they are scaled, in equal parts, each [out channels, in channels / slices, slices · taps].
    private func stridedWeights(_ parts: Int = 1) -> [StridedFloats] {
        weights.value.strided(
            parts: parts, channels: inChannels / groups / slices, taps: slices * window.kernel.reduce(1, *))
    }

    /// Channels rounded up to whole blocks of packed weights.
    private var paddedChannels: Int { (outChannels + 31) / 32 * 32 }

    private func paddedBias() -> AlignedStorage {
        let storage = AlignedStorage(floatCount: paddedChannels)
        if let bias { unsafe storage.floats.update(from: bias.storage.floats, count: outChannels) }
        return storage
    }

    /// [9][padded out channels] for the first-layer kernel.
    private func packedTaps() -> AlignedStorage {
        let storage = AlignedStorage(floatCount: 9 * paddedChannels)
        let weight = weight
        for channel in 0..<outChannels {
            for tap in 0..<9 {
                unsafe storage.floats[tap * paddedChannels + channel] = weight.storage.floats[channel * 9 + tap]
            }
        }
        return storage
    }

    /// [kernel height · kernel width][channels]
    private func depthwiseTaps() -> AlignedStorage {
        let weight = weight
        let taps = weight.elementCount / max(outChannels, 1)
        let storage = AlignedStorage(floatCount: weight.elementCount)
        for channel in 0..<outChannels {
            for tap in 0..<taps {
                unsafe storage.floats[tap * outChannels + channel] = weight.storage.floats[channel * taps + tap]
            }
        }
        return storage
    }
}
