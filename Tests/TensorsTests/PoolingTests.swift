import Tensors
import Testing

struct PoolingTests {
    static let windows: [ConvolutionWindow] = [1, 5, 16, 70].flatMap { channels in
        [
            ConvolutionWindow(image: (6, 8, channels), kernel: (2, 2), stride: (2, 2)),
            ConvolutionWindow(image: (7, 9, channels), kernel: (3, 3), stride: (2, 2), padding: .init(1)),
            ConvolutionWindow(image: (5, 5, channels), kernel: (3, 2), dilation: (2, 1)),
            ConvolutionWindow(image: (4, 6, channels), kernel: (4, 6)),
            ConvolutionWindow(image: (6, 6, channels), kernel: (3, 3), stride: (2, 2), output: (3, 3)),
            ConvolutionWindow(
                image: (5, 4, channels), kernel: (2, 3), padding: .init(top: 1, left: 2, bottom: 0, right: 1)),
        ]
    }

    @Test(arguments: Kernels.available, windows) func matchesNaive(kernels: Kernels, window: ConvolutionWindow) {
        let x = randomFloats(window.height * window.width * window.inChannels, seed: 1)
        let image = EdgeBuffer(x)
        let expected = Naive.maxPool(window, x: x)
        let largest = guardedOutput(expected.count) { kernels.maxPool(window, x: image.pointer, y: $0) }
        #expect(mismatch(largest, expected, tolerance: 0) == nil)
        for countPadding in [false, true] {
            let mean = guardedOutput(expected.count) { y in
                kernels.averagePool(window, countPadding: countPadding, x: image.pointer, y: y)
            }
            let expectedMean = Naive.averagePool(window, countPadding: countPadding, x: x)
            #expect(mismatch(mean, expectedMean, tolerance: 1e-6) == nil)
        }
    }

    @Test(arguments: Kernels.available, Array(0..<9)) func keepsNaN(kernels: Kernels, place: Int) {
        var x = randomFloats(9, seed: 2)
        x[place] = .nan
        let window = ConvolutionWindow(image: (3, 3, 1), kernel: (3, 3))
        var y: [Float] = [0]
        kernels.maxPool(window, x: x, y: &y)
        #expect(y[0].isNaN)
        kernels.averagePool(window, countPadding: true, x: x, y: &y)
        #expect(y[0].isNaN)
    }

    @Test(arguments: Kernels.available) func paddingNeverWins(kernels: Kernels) {
        let window = ConvolutionWindow(image: (2, 2, 1), kernel: (2, 2), padding: .init(1))
        let x: [Float] = [-4, -3, -2, -1]
        var y = [Float](repeating: 0, count: 9)
        kernels.maxPool(window, x: x, y: &y)
        #expect(y == [-4, -3, -3, -2, -1, -1, -2, -1, -1])
    }
}
