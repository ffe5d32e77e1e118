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
            let plain = convolution.winograd(kernels, pooled: false, biased: biased, clamp: clamp)
            #expect(mismatch(plain, expected, tolerance: 1e-4) == nil)
            let pooled = convolution.winograd(kernels, pooled: true, biased: biased, clamp: clamp)
            let expectedPooled = pooledByTwo(
                expected, height: window.outHeight, width: window.outWidth, channels: window.outChannels)
            #expect(mismatch(pooled, expectedPooled, tolerance: 1e-4) == nil)
        }
    }

    @Test(arguments: Kernels.available, [Clamp.none, .relu]) func keepsNaN(kernels: Kernels, clamp: Clamp) {
        let window = ConvolutionWindow(image: (8, 8, 16), outChannels: 32, kernel: (3, 3))
        var x = randomFloats(8 * 8 * 16, seed: 1)
        x[(3 * 8 + 3) * 16 + 5] = .nan
        let weights = randomFloats(32 * 16 * 9, seed: 2)
        let naive = Naive.convolution(window, x: x, weights: weights, clamp: clamp)
        var transformed = [Float](
            repeating: 0, count: kernels.winogradWeightsSize(inChannels: 16, outChannels: 32))
        kernels.winogradWeights(inChannels: 16, outChannels: 32, weights: weights, into: &transformed)
        var workspace = [Float](repeating: 0, count: kernels.winogradWorkspace(window))
        var plain = [Float](repeating: 0, count: 6 * 6 * 32)
        kernels.winograd(
            window, pooled: false, x: x, transformed: transformed, bias: nil, clamp: clamp, y: &plain,
            workspace: &workspace)
        #expect(zip(plain, naive).allSatisfy { !$1.isNaN || $0.isNaN })
        var pooled = [Float](repeating: 0, count: 3 * 3 * 32)
        kernels.winograd(
            window, pooled: true, x: x, transformed: transformed, bias: nil, clamp: clamp, y: &pooled,
            workspace: &workspace)
        let naivePooled = pooledByTwo(naive, height: 6, width: 6, channels: 32)
        #expect(zip(pooled, naivePooled).allSatisfy { !$1.isNaN || $0.isNaN })
        #expect(!pooled[(2 * 3 + 2) * 32].isNaN)
    }

    @Test func levelsTransformWeightsAlike() {
        let weights = randomFloats(35 * 16 * 9, seed: 3)
        let transformed = Kernels.available.map { kernels in
            var result = [Float](
                repeating: .nan, count: kernels.winogradWeightsSize(inChannels: 16, outChannels: 35))
            kernels.winogradWeights(inChannels: 16, outChannels: 35, weights: weights, into: &result)
            return bits(result)
        }
        #expect(transformed.allSatisfy { $0 == transformed[0] })
    }
}
