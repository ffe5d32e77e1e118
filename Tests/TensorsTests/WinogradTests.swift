import Tensors
import Testing

struct WinogradTests {
    static let windows: [ConvolutionWindow] = [
        ConvolutionWindow(image: (13, 13, 32), outChannels: 64, kernel: (3, 3)),
        ConvolutionWindow(image: (6, 6, 16), outChannels: 10, kernel: (3, 3), padding: .init(1)),
        ConvolutionWindow(image: (5, 8, 16), outChannels: 33, kernel: (3, 3)),
        ConvolutionWindow(
            image: (7, 4, 48), outChannels: 3, kernel: (3, 3), padding: .init(top: 0, left: 2, bottom: 1, right: 1)),
        ConvolutionWindow(image: (3, 3, 16), outChannels: 31, kernel: (3, 3)),
        ConvolutionWindow(image: (1, 1, 16), outChannels: 32, kernel: (3, 3), padding: .init(1)),
        ConvolutionWindow(image: (2, 9, 16), outChannels: 1, kernel: (3, 3)),
        // More tiles than one chunk holds, and a last chunk that is not full.
        ConvolutionWindow(image: (31, 33, 16), outChannels: 5, kernel: (3, 3), padding: .init(1)),
        ConvolutionWindow(image: (10, 11, 256), outChannels: 2, kernel: (3, 3), padding: .init(1)),
    ]

    @Test(arguments: Kernels.available, windows) func matchesNaive(kernels: Kernels, window: ConvolutionWindow) {
        let convolution = ConvolutionCase(window)
        for (biased, clamp) in [(true, Clamp.relu), (false, .none)] {
            let expected = Naive.convolution(
                window, x: convolution.x, weights: convolution.weights, bias: biased ? convolution.bias : nil,
                clamp: clamp)
            let expectedPooled = pooledByTwo(
                expected, height: window.outHeight, width: window.outWidth, channels: window.outChannels)
            for tile in WinogradTile.allCases {
                let plain = convolution.winograd(kernels, tile: tile, pooled: false, biased: biased, clamp: clamp)
                #expect(mismatch(plain, expected, tolerance: 1e-4) == nil)
                let pooled = convolution.winograd(kernels, tile: tile, pooled: true, biased: biased, clamp: clamp)
                #expect(mismatch(pooled, expectedPooled, tolerance: 1e-4) == nil)
            }
        }
    }

    @Test(arguments: Kernels.available, WinogradTile.allCases) func keepsNaN(kernels: Kernels, tile: WinogradTile) {
        let window = ConvolutionWindow(image: (14, 14, 16), outChannels: 32, kernel: (3, 3))
        var convolution = ConvolutionCase(window)
        convolution.x[(3 * 14 + 3) * 16 + 5] = .nan
        for clamp in [Clamp.none, .relu] {
            let naive = Naive.convolution(window, x: convolution.x, weights: convolution.weights, clamp: clamp)
            let plain = convolution.winograd(kernels, tile: tile, pooled: false, biased: false, clamp: clamp) ?? []
            #expect(plain.count == naive.count)
            #expect(zip(plain, naive).allSatisfy { !$1.isNaN || $0.isNaN })
            let naivePooled = pooledByTwo(naive, height: 12, width: 12, channels: 32)
            let pooled = convolution.winograd(kernels, tile: tile, pooled: true, biased: false, clamp: clamp) ?? []
            #expect(pooled.count == naivePooled.count)
            #expect(zip(pooled, naivePooled).allSatisfy { !$1.isNaN || $0.isNaN })
            #expect(pooled.last?.isNaN == false)
        }
    }

    @Test(arguments: WinogradTile.allCases) func levelsTransformWeightsAlike(tile: WinogradTile) {
        let weights = randomFloats(35 * 16 * 9, seed: 3)
        let transformed = Kernels.available.map { kernels in
            var result = [Float](
                repeating: .nan, count: kernels.winogradWeightsSize(tile, inChannels: 16, outChannels: 35))
            kernels.winogradWeights(tile, inChannels: 16, outChannels: 35, weights: weights, into: &result)
            return bits(result)
        }
        #expect(transformed.allSatisfy { $0 == transformed[0] })
    }

    /// The error of larger tiles stays near that of float arithmetic: against double, in parts of the largest output.
    @Test(arguments: Kernels.available, [(WinogradTile.two, Float(1e-6)), (.four, 4e-6), (.five, 1e-5)])
    func errorIsSmall(kernels: Kernels, bound: (tile: WinogradTile, largest: Float)) throws {
        let window = ConvolutionWindow(image: (22, 22, 64), outChannels: 32, kernel: (3, 3))
        var convolution = ConvolutionCase(window)
        convolution.x = convolution.x.map { max($0, 0) }
        let found = try #require(convolution.winograd(kernels, tile: bound.tile, pooled: false, biased: false))
        let exact = Naive.convolution(window, x: convolution.x, weights: convolution.weights)
        let largest = exact.lazy.map(abs).max() ?? 0
        let error = zip(found, exact).lazy.map { abs($0 - $1) }.max() ?? .infinity
        #expect(largest > 0.1)
        #expect(error <= bound.largest * largest)
    }
}
