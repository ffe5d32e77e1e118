import CKernels

/// Pooling of one image [height, width, channels]; callers loop over the batch. Windows keep the channels.
extension Kernels {
    /// Maximum over the window. Padding never wins; NaN does. A window wholly outside the image gives -inf.
    ///
    /// - Parameters:
    ///   - window: with outChannels = inChannels.
    ///   - x: [height, width, channels].
    ///   - y: [outHeight, outWidth, channels].
    package func maxPool(
        _ window: ConvolutionWindow, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>
    ) {
        precondition(window.outChannels == window.inChannels, "pooling keeps the channels")
        var geometry = window.cWindow
        unsafe table.pointee.convolution.max_pool(&geometry, x, y)
    }

    /// Mean over the window. A window wholly outside the image gives 0.
    ///
    /// - Parameters:
    ///   - window: with outChannels = inChannels.
    ///   - countPadding: whether to divide by the window's full size instead of its elements inside the image.
    ///   - x: [height, width, channels].
    ///   - y: [outHeight, outWidth, channels].
    package func averagePool(
        _ window: ConvolutionWindow, countPadding: Bool, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>
    ) {
        precondition(window.outChannels == window.inChannels, "pooling keeps the channels")
        var geometry = window.cWindow
        unsafe table.pointee.convolution.average_pool(&geometry, countPadding ? 1 : 0, x, y)
    }
}
