import Tensors
import Testing

struct DepthwiseTests {
    static let windows: [ConvolutionWindow] = [1, 3, 16, 21, 40].flatMap { channels in
        [
            ConvolutionWindow(image: (7, 11, channels), kernel: (3, 3), padding: .init(1)),
            ConvolutionWindow(image: (8, 13, channels), kernel: (3, 3), stride: (2, 2)),
            ConvolutionWindow(image: (6, 9, channels), kernel: (2, 5), dilation: (2, 2), padding: .init(3)),
            ConvolutionWindow(image: (2, 2, channels), kernel: (3, 3), padding: .init(4)),
        ]
    }

    @Test(arguments: Kernels.available, windows) func matchesNaive(kernels: Kernels, window: ConvolutionWindow) {
        let x = randomFloats(window.height * window.width * window.inChannels, seed: 1)
        let weights = randomFloats(window.kernelHeight * window.kernelWidth * window.inChannels, seed: 2)
        let bias = randomFloats(window.inChannels, seed: 3)
        let (image, filters, offsets) = (EdgeBuffer(x), EdgeBuffer(weights), EdgeBuffer(bias))
        for (biased, clamp) in [(true, Clamp.relu6), (false, .none)] {
            let expected = Naive.depthwise(
                window, x: x, weights: weights, bias: biased ? bias : nil, clamp: clamp)
            let actual = guardedOutput(expected.count) { y in
                kernels.depthwise(
                    window, x: image.pointer, weights: filters.pointer,
                    bias: biased ? UnsafePointer(offsets.pointer) : nil, clamp: clamp, y: y)
            }
            #expect(mismatch(actual, expected, tolerance: 1e-5) == nil)
        }
    }
}
