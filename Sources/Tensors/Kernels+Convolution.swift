import CKernels

/// Convolutions of one image [height, width, channels]; callers loop over the batch. Weights are given as
/// [outChannels, inChannels, kernelHeight, kernelWidth] and packed once.
extension Kernels {
    /// Floats that `packConvolution` writes.
    package func packedConvolutionSize(_ window: ConvolutionWindow) -> Int {
        var geometry = window.cWindow
        return unsafe table.pointee.convolution.packed_convolution_size(&geometry)
    }

    /// Packs weights [outChannels, inChannels, kernelHeight, kernelWidth] for `convolution`. All levels pack alike.
    package func packConvolution(
        _ window: ConvolutionWindow, weights: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>
    ) {
        var geometry = window.cWindow
        unsafe table.pointee.convolution.pack_convolution(&geometry, weights, packed)
    }

    /// Floats of workspace that `convolution` needs; 0 without padding.
    package func convolutionWorkspace(_ window: ConvolutionWindow) -> Int {
        var geometry = window.cWindow
        return unsafe table.pointee.convolution.convolution_workspace(&geometry)
    }

    /// Direct convolution, y = clamp(x ∗ weights + bias).
    ///
    /// - Parameters:
    ///   - window: any kernel, stride, dilation and padding.
    ///   - x: [height, width, inChannels].
    ///   - packed: from `packConvolution`.
    ///   - bias: [outChannels], or nil for none.
    ///   - clamp: the range of the result.
    ///   - y: [outHeight, outWidth, outChannels].
    ///   - workspace: room for `convolutionWorkspace` floats; may be nil when that is 0.
    package func convolution(
        _ window: ConvolutionWindow, x: UnsafePointer<Float>, packed: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?, clamp: Clamp, y: UnsafeMutablePointer<Float>,
        workspace: UnsafeMutablePointer<Float>?
    ) {
        var geometry = window.cWindow
        unsafe precondition(
            workspace != nil || table.pointee.convolution.convolution_workspace(&geometry) == 0,
            "a padded convolution needs a workspace")
        unsafe table.pointee.convolution.convolution(&geometry, x, packed, bias, clamp.cClamp, y, workspace)
    }

    /// The first layer of a small image network: one input channel, kernel 3×3, stride 1, no padding, fused with 2×2
    /// max-pooling of stride 2.
    ///
    /// - Parameters:
    ///   - height: rows of the image.
    ///   - width: columns of the image.
    ///   - outChannels: channels of the output.
    ///   - x: [height, width].
    ///   - weights: [9, outChannels rounded up to a multiple of 32], zero-padded.
    ///   - bias: [outChannels rounded up to a multiple of 32], zero-padded.
    ///   - clamp: the range of the result.
    ///   - y: [(height - 2) / 2, (width - 2) / 2, outChannels].
    package func convolutionFirstPool(
        height: Int, width: Int, outChannels: Int, x: UnsafePointer<Float>, weights: UnsafePointer<Float>,
        bias: UnsafePointer<Float>, clamp: Clamp, y: UnsafeMutablePointer<Float>
    ) {
        precondition(height >= 0 && width >= 0 && outChannels >= 0, "sizes must not be negative")
        unsafe table.pointee.convolution.convolution_first_pool(
            height, width, outChannels, x, weights, bias, clamp.cClamp, y)
    }

    /// Depthwise convolution, y = clamp(x ∗ weights + bias) with one filter a channel.
    ///
    /// - Parameters:
    ///   - window: with outChannels = inChannels.
    ///   - x: [height, width, channels].
    ///   - weights: [kernelHeight, kernelWidth, channels].
    ///   - bias: [channels], or nil for none.
    ///   - clamp: the range of the result.
    ///   - y: [outHeight, outWidth, channels].
    package func depthwise(
        _ window: ConvolutionWindow, x: UnsafePointer<Float>, weights: UnsafePointer<Float>,
        bias: UnsafePointer<Float>?, clamp: Clamp, y: UnsafeMutablePointer<Float>
    ) {
        precondition(window.outChannels == window.inChannels, "a depthwise convolution keeps the channels")
        var geometry = window.cWindow
        unsafe table.pointee.convolution.depthwise(&geometry, x, weights, bias, clamp.cClamp, y)
    }
}

/// Winograd convolution F(T×T, 3×3) (Lavin & Gray 2015), for windows that `allowsWinograd`.
///
/// Sums are taken in another order than in `convolution`: results agree to about 1e-4 of the largest value. A NaN or
/// an infinity in the image may spread to all outputs of a tile.
extension Kernels {
    /// Floats that `winogradWeights` writes.
    package func winogradWeightsSize(_ tile: WinogradTile, inChannels: Int, outChannels: Int) -> Int {
        precondition(inChannels >= 0 && outChannels >= 0, "sizes must not be negative")
        return unsafe table.pointee.convolution.winograd_weights_size(tile.cTile, inChannels, outChannels)
    }

    /// Transforms weights [outChannels, inChannels, 3, 3] for `winograd`. All levels transform alike.
    package func winogradWeights(
        _ tile: WinogradTile, inChannels: Int, outChannels: Int, weights: UnsafePointer<Float>,
        into transformed: UnsafeMutablePointer<Float>
    ) {
        precondition(inChannels >= 0 && outChannels >= 0, "sizes must not be negative")
        unsafe table.pointee.convolution.winograd_weights(
            tile.cTile, inChannels, outChannels,
            apus_channel_part(out: 0, out_count: outChannels, in: 0, in_count: inChannels, in_step: 1), weights,
            9 * inChannels, 9, 1, transformed)
    }

    /// Transforms some of the weights [out channels, in channels, 9 · slices] for `winograd`, where each slice of a channel is
    /// a channel.
    /// - Parameters:
    ///   - tile: The tiles that they are for.
    ///   - weights: All of them.
    ///   - outChannels: Those that are transformed, from a multiple of 32 on.
    ///   - inChannels: Those of `weights` that are transformed.
    ///   - slice: The one of each in channel that is transformed.
    ///   - transformed: Room for `winogradWeightsSize` floats of all channels.
    func winogradWeights(
        _ tile: WinogradTile, _ weights: StridedFloats, outChannels: Range<Int>, inChannels: Range<Int>, slice: Int,
        into transformed: UnsafeMutablePointer<Float>
    ) {
        let slices = weights.taps / 9
        let part = apus_channel_part(
            out: outChannels.lowerBound, out_count: outChannels.count, in: inChannels.lowerBound * slices + slice,
            in_count: inChannels.count, in_step: slices)
        unsafe table.pointee.convolution.winograd_weights(
            tile.cTile, weights.channels * slices, weights.columns, part,
            weights.place(outChannels.lowerBound, inChannels.lowerBound, 9 * slice), weights.columnStride,
            weights.channelStride, weights.tapStride, transformed)
    }

    /// Floats of workspace that `winograd` needs.
    package func winogradWorkspace(_ window: ConvolutionWindow, tile: WinogradTile, pooled: Bool) -> Int {
        var geometry = window.cWindow
        return unsafe table.pointee.convolution.winograd_workspace(&geometry, tile.cTile, pooled ? 1 : 0)
    }

    /// y = clamp(x ∗ weights + bias), with `pooled` followed by 2×2 max-pooling of stride 2.
    ///
    /// - Parameters:
    ///   - window: one that `allowsWinograd`, any padding.
    ///   - tile: the one that the weights are transformed for.
    ///   - pooled: whether to pool; rows and columns that pooling drops are not computed.
    ///   - x: [height, width, inChannels].
    ///   - transformed: from `winogradWeights`.
    ///   - bias: [outChannels], or nil for none.
    ///   - clamp: the range of the result.
    ///   - y: [outHeight, outWidth, outChannels]; pooled [outHeight / 2, outWidth / 2, outChannels].
    ///   - workspace: room for `winogradWorkspace` floats.
    package func winograd(
        _ window: ConvolutionWindow, tile: WinogradTile, pooled: Bool, x: UnsafePointer<Float>,
        transformed: UnsafePointer<Float>, bias: UnsafePointer<Float>?, clamp: Clamp, y: UnsafeMutablePointer<Float>,
        workspace: UnsafeMutablePointer<Float>
    ) {
        precondition(window.allowsWinograd, "not a window for Winograd's algorithm")
        var geometry = window.cWindow
        unsafe table.pointee.convolution.winograd(
            &geometry, tile.cTile, pooled ? 1 : 0, x, transformed, bias, clamp.cClamp, y, workspace)
    }
}

extension WinogradTile {
    fileprivate var cTile: Int32 { Int32(rawValue) }
}
