import Tensors
import Testing

struct FirstLayerTests {
    static let shapes = [
        (28, 28, 32), (28, 28, 64), (9, 12, 10), (4, 4, 33), (5, 7, 1), (8, 5, 48), (3, 9, 16), (2, 2, 8),
    ]

    /// Runs the kernel with weights [outChannels, 1, 3, 3] brought into its layout.
    static func firstPool(
        _ kernels: Kernels, height: Int, width: Int, x: [Float], weights: [Float], bias: [Float], clamp: Clamp
    ) -> [Float]? {
        let channels = bias.count
        let padded = (channels + 31) / 32 * 32
        var taps = [Float](repeating: 0, count: 9 * padded)
        for channel in 0..<channels {
            for tap in 0..<9 { taps[tap * padded + channel] = weights[channel * 9 + tap] }
        }
        let zeros = [Float](repeating: 0, count: padded - channels)
        let (image, filters, offsets) = (EdgeBuffer(x), EdgeBuffer(taps), EdgeBuffer(bias + zeros))
        return guardedOutput(max(0, height - 2) / 2 * (max(0, width - 2) / 2) * channels) { y in
            kernels.convolutionFirstPool(
                height: height, width: width, outChannels: channels, x: image.pointer, weights: filters.pointer,
                bias: offsets.pointer, clamp: clamp, y: y)
        }
    }

    @Test(arguments: Kernels.available, shapes) func matchesNaive(kernels: Kernels, shape: (Int, Int, Int)) {
        let (height, width, channels) = shape
        let x = randomFloats(height * width, seed: 1)
        let weights = randomFloats(channels * 9, seed: 2)
        let bias = randomFloats(channels, seed: 3)
        let window = ConvolutionWindow(image: (height, width, 1), outChannels: channels, kernel: (3, 3))
        for clamp in [Clamp.none, .relu] {
            let convolved = Naive.convolution(window, x: x, weights: weights, bias: bias, clamp: clamp)
            let expected = pooledByTwo(
                convolved, height: window.outHeight, width: window.outWidth, channels: channels)
            let actual = Self.firstPool(
                kernels, height: height, width: width, x: x, weights: weights, bias: bias, clamp: clamp)
            #expect(mismatch(actual, expected, tolerance: 1e-5) == nil)
        }
    }

    @Test(arguments: Kernels.available, Array(0..<16)) func keepsNaN(kernels: Kernels, place: Int) {
        var x = randomFloats(16, seed: 4)
        x[place] = .nan
        let result = Self.firstPool(
            kernels, height: 4, width: 4, x: x, weights: randomFloats(33 * 9, seed: 5),
            bias: randomFloats(33, seed: 6), clamp: .relu)
        #expect(result?.allSatisfy { $0.isNaN } == true)
    }
}
