import Tensors

/// The faster of the kernels for one convolution whose weights are packed anew for each step: Winograd's where it
/// applies, otherwise the direct one. (Measured on the second layer of the seed CNN: 2.2 times fewer products, and a
/// training step 1.4 times as fast.)
struct ConvolutionMethod: Sendable {
    let kernels: Kernels
    let window: ConvolutionWindow
    private let usesWinograd: Bool

    /// Larger tiles have more weights to transform in each step, and larger errors.
    private static let tile = WinogradTile.two

    init(_ window: ConvolutionWindow, kernels: Kernels) {
        self.window = window
        self.kernels = kernels
        usesWinograd = window.allowsWinograd && window.outHeight >= 2 && window.outWidth >= 2
    }

    /// Floats of the packed weights.
    var packedSize: Int {
        usesWinograd
            ? kernels.winogradWeightsSize(Self.tile, inChannels: window.inChannels, outChannels: window.outChannels)
            : kernels.packedConvolutionSize(window)
    }

    /// Floats of memory that a run needs.
    var workspaceSize: Int {
        usesWinograd
            ? kernels.winogradWorkspace(window, tile: Self.tile, pooled: false) : kernels.convolutionWorkspace(window)
    }

    /// Packs weights [out, in, kernel height, kernel width].
    func pack(_ weights: UnsafePointer<Float>, into packed: UnsafeMutablePointer<Float>) {
        if usesWinograd {
            unsafe kernels.winogradWeights(
                Self.tile, inChannels: window.inChannels, outChannels: window.outChannels, weights: weights,
                into: packed)
        } else {
            unsafe kernels.packConvolution(window, weights: weights, into: packed)
        }
    }

    /// Convolves one image.
    func run(
        x: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?, clamp: Clamp,
        y: UnsafeMutablePointer<Float>, workspace: UnsafeMutablePointer<Float>
    ) {
        if usesWinograd {
            unsafe kernels.winograd(
                window, tile: Self.tile, pooled: false, x: x, transformed: packed, bias: bias, clamp: clamp, y: y,
                workspace: workspace)
        } else {
            unsafe kernels.convolution(
                window, x: x, packed: packed, bias: bias, clamp: clamp, y: y, workspace: workspace)
        }
    }
}
