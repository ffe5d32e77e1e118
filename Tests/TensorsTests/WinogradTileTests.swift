import Tensors
import Testing

struct WinogradTileTests {
    /// Output pixels, channels in and out, pooling, and the tile.
    struct Case: Sendable {
        let size: Int
        let channels: (Int, Int)
        var pooled = false
        let tile: WinogradTile
    }

    @Test(arguments: [
        // The seed CNN's second layer: 11×11, of which pooling leaves 10×10.
        Case(size: 11, channels: (32, 64), pooled: true, tile: .five),
        Case(size: 10, channels: (16, 16), tile: .five),
        Case(size: 9, channels: (16, 16), pooled: true, tile: .four),
        Case(size: 2, channels: (16, 16), tile: .two),
        Case(size: 1, channels: (16, 16), tile: .two),
        Case(size: 5, channels: (16, 16), tile: .two),
        Case(size: 5, channels: (16, 16), pooled: true, tile: .two),
        Case(size: 7, channels: (16, 16), tile: .four),
        Case(size: 8, channels: (32, 32), tile: .four),
        Case(size: 28, channels: (128, 128), tile: .four),
        Case(size: 56, channels: (64, 64), tile: .four),
        // Pixels that are pooled across tiles are held at once; many channels add up errors; many weights fill memory.
        Case(size: 25, channels: (16, 16), pooled: true, tile: .four),
        Case(size: 10, channels: (48, 32), tile: .four),
        Case(size: 28, channels: (512, 512), tile: .two),
    ])
    func fewestMultiplications(expected: Case) {
        let window = ConvolutionWindow(
            image: (expected.size, expected.size, expected.channels.0), outChannels: expected.channels.1,
            kernel: (3, 3), padding: .init(1))
        #expect(WinogradTile.fastest(for: window, pooled: expected.pooled) == expected.tile)
    }
}
