/// The square of outputs that Winograd's algorithm computes at once: a larger one takes fewer multiplications for each
/// output, (T + 2)² for T², and more weights and larger errors.
package enum WinogradTile: Int, Sendable, CaseIterable {
    /// 4 multiplications an output.
    case two = 2
    /// 2.25 multiplications an output.
    case four = 4
    /// 1.96 multiplications an output.
    case five = 5

    /// Weights with more numbers than this are read from beyond the second cache: measured with 512 channels, four times as
    /// many of them take as long as the multiplications that they save.
    private static let largeWeights = 1 << 20
    /// With more channels than this, the errors of the largest tile add up to more than 5e-6 of the largest output.
    private static let fewChannels = 32
    /// Products of fewer rows, one for each tile, wait for their own sums.
    private static let fewTiles = 4

    /// Numbers of a transformed tile, and of the transformed weights of two channels.
    package var points: Int { (rawValue + 2) * (rawValue + 2) }

    /// The fastest one for a window that `allowsWinograd`, whose weights are transformed once for many images.
    ///
    /// Measured, time goes with the multiplications: 56×56 pixels of 64 channels take 1.7 times as long with tiles of two as
    /// with tiles of four, 10×10 of 32 channels 1.8 times as long as with tiles of five, which fit exactly.
    /// - Parameters:
    ///   - window: The convolution.
    ///   - pooled: Whether 2×2 max-pooling follows.
    /// - Returns: The tile to transform the weights for.
    package static func fastest(for window: ConvolutionWindow, pooled: Bool) -> WinogradTile {
        if 9 * window.inChannels * window.outChannels > largeWeights { return .two }
        let unit = pooled ? 2 : 1
        let (height, width) = (window.outHeight / unit * unit, window.outWidth / unit * unit)
        func tiles(_ tile: WinogradTile) -> Int {
            let edge = tile.rawValue
            return ((height + edge - 1) / edge) * ((width + edge - 1) / edge)
        }
        func multiplications(_ tile: WinogradTile) -> Int { tiles(tile) * tile.points }
        // An image that is pooled across tiles is not divided: it has to be small.
        let allowsFive = window.inChannels <= fewChannels && height * width <= 400 && tiles(.five) >= fewTiles
        if allowsFive, 10 * multiplications(.five) < 8 * min(multiplications(.four), multiplications(.two)) {
            return .five
        }
        return tiles(.four) >= fewTiles && multiplications(.four) < multiplications(.two) ? .four : .two
    }
}
