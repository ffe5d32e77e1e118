import Tensors
import Testing

/// One convolution with random image, weights and bias.
struct ConvolutionCase {
    let window: ConvolutionWindow
    var x: [Float]
    let weights, bias: [Float]

    init(_ window: ConvolutionWindow) {
        self.window = window
        let taps = window.kernelHeight * window.kernelWidth
        x = randomFloats(window.height * window.width * window.inChannels, seed: 1)
        weights = randomFloats(window.outChannels * window.inChannels * taps, seed: 2)
        bias = randomFloats(window.outChannels, seed: 3)
    }

    var outputs: Int { window.outHeight * window.outWidth * window.outChannels }

    func direct(_ kernels: Kernels, biased: Bool = true, clamp: Clamp = .none) -> [Float]? {
        let packed = EdgeBuffer.workspace(kernels.packedConvolutionSize(window))
        kernels.packConvolution(window, weights: weights, into: packed.pointer)
        let workspace = EdgeBuffer.workspace(kernels.convolutionWorkspace(window))
        let (x, bias) = (EdgeBuffer(x), EdgeBuffer(bias))
        return guardedOutput(outputs) { y in
            kernels.convolution(
                window, x: x.pointer, packed: packed.pointer, bias: biased ? UnsafePointer(bias.pointer) : nil,
                clamp: clamp, y: y, workspace: workspace.pointer)
        }
    }

    func winograd(
        _ kernels: Kernels, tile: WinogradTile, pooled: Bool, biased: Bool = true, clamp: Clamp = .none
    ) -> [Float]? {
        let (channels, outChannels) = (window.inChannels, window.outChannels)
        let transformed = EdgeBuffer.workspace(
            kernels.winogradWeightsSize(tile, inChannels: channels, outChannels: outChannels))
        kernels.winogradWeights(
            tile, inChannels: channels, outChannels: outChannels, weights: weights, into: transformed.pointer)
        let workspace = EdgeBuffer.workspace(kernels.winogradWorkspace(window, tile: tile, pooled: pooled))
        let (x, bias) = (EdgeBuffer(x), EdgeBuffer(bias))
        let count = pooled ? window.outHeight / 2 * (window.outWidth / 2) * outChannels : outputs
        return guardedOutput(count) { y in
            kernels.winograd(
                window, tile: tile, pooled: pooled, x: x.pointer, transformed: transformed.pointer,
                bias: biased ? UnsafePointer(bias.pointer) : nil, clamp: clamp, y: y, workspace: workspace.pointer)
        }
    }
}

/// The 2×2 max-pooling of stride 2 that kernels fuse.
func pooledByTwo(_ y: [Float], height: Int, width: Int, channels: Int) -> [Float] {
    let window = ConvolutionWindow(
        image: (height: height, width: width, channels: channels), kernel: (height: 2, width: 2),
        stride: (height: 2, width: 2))
    return Naive.maxPool(window, x: y)
}

struct ConvolutionTests {
    static let windows: [ConvolutionWindow] = [
        ConvolutionWindow(image: (5, 7, 3), outChannels: 10, kernel: (3, 3)),
        ConvolutionWindow(image: (6, 13, 4), outChannels: 33, kernel: (3, 3), padding: .init(1)),
        ConvolutionWindow(image: (9, 9, 1), outChannels: 32, kernel: (5, 5), padding: .init(2)),
        ConvolutionWindow(image: (11, 14, 2), outChannels: 17, kernel: (3, 3), stride: (2, 2), padding: .init(1)),
        ConvolutionWindow(image: (12, 31, 3), outChannels: 5, kernel: (1, 1)),
        ConvolutionWindow(image: (8, 9, 3), outChannels: 40, kernel: (1, 1), stride: (2, 3)),
        ConvolutionWindow(image: (10, 11, 2), outChannels: 9, kernel: (3, 3), dilation: (2, 2)),
        ConvolutionWindow(image: (9, 10, 3), outChannels: 31, kernel: (3, 2), dilation: (2, 3), padding: .init(3)),
        ConvolutionWindow(
            image: (7, 6, 2), outChannels: 8, kernel: (2, 4), stride: (1, 2),
            padding: .init(top: 0, left: 2, bottom: 1, right: 3)),
        ConvolutionWindow(image: (4, 30, 1), outChannels: 1, kernel: (4, 1)),
        ConvolutionWindow(image: (1, 64, 5), outChannels: 12, kernel: (1, 9), padding: .init(4)),
        ConvolutionWindow(image: (3, 3, 6), outChannels: 64, kernel: (3, 3)),
        ConvolutionWindow(image: (2, 2, 2), outChannels: 3, kernel: (3, 3)),
        ConvolutionWindow(image: (2, 2, 2), outChannels: 3, kernel: (3, 3), padding: .init(5)),
        ConvolutionWindow(image: (17, 5, 2), outChannels: 6, kernel: (2, 2), stride: (5, 4), padding: .init(1)),
        ConvolutionWindow(image: (6, 6, 2), outChannels: 4, kernel: (3, 3), stride: (2, 2), output: (3, 3)),
    ]

    @Test(arguments: Kernels.available, windows) func directMatchesNaive(kernels: Kernels, window: ConvolutionWindow) {
        let convolution = ConvolutionCase(window)
        for (biased, clamp) in [(true, Clamp.none), (false, .relu), (true, .relu6)] {
            let expected = Naive.convolution(
                window, x: convolution.x, weights: convolution.weights, bias: biased ? convolution.bias : nil,
                clamp: clamp)
            let actual = convolution.direct(kernels, biased: biased, clamp: clamp)
            #expect(mismatch(actual, expected, tolerance: 1e-5) == nil)
        }
    }

    @Test(arguments: Kernels.available) func manyOutputChannelsGoInGroups(kernels: Kernels) {
        // More weights than all rows share at once: three blocks of 32 channels, one a group.
        let window = ConvolutionWindow(image: (3, 3, 600), outChannels: 70, kernel: (3, 3), padding: .init(1))
        let convolution = ConvolutionCase(window)
        let expected = Naive.convolution(
            window, x: convolution.x, weights: convolution.weights, bias: convolution.bias)
        #expect(mismatch(convolution.direct(kernels), expected, tolerance: 1e-5) == nil)
    }

    @Test(arguments: Kernels.available) func allPixelsOfTheSameInputHaveTheSameBits(kernels: Kernels) {
        // A constant image: wherever a tile puts a pixel, its sum is the same.
        let window = ConvolutionWindow(image: (5, 33, 8), outChannels: 33, kernel: (3, 3))
        var packed = [Float](repeating: 0, count: kernels.packedConvolutionSize(window))
        kernels.packConvolution(window, weights: randomFloats(33 * 72, seed: 4), into: &packed)
        let pixel = randomFloats(8, seed: 5)
        let x = (0..<5 * 33).flatMap { _ in pixel }
        var y = [Float](repeating: 0, count: 3 * 31 * 33)
        kernels.convolution(window, x: x, packed: packed, bias: nil, clamp: .none, y: &y, workspace: nil)
        let first = bits(y[..<33])
        #expect((1..<93).allSatisfy { bits(y[$0 * 33..<($0 + 1) * 33]) == first })
    }

    @Test(arguments: Kernels.available, [Clamp.none, .relu]) func directKeepsNaN(kernels: Kernels, clamp: Clamp) {
        let window = ConvolutionWindow(image: (6, 6, 2), outChannels: 34, kernel: (3, 3), padding: .init(1))
        let convolution = ConvolutionCase(window)
        var x = convolution.x
        x[(2 * 6 + 3) * 2] = .nan
        let expected = Naive.convolution(window, x: x, weights: convolution.weights, clamp: clamp)
        var packed = [Float](repeating: 0, count: kernels.packedConvolutionSize(window))
        kernels.packConvolution(window, weights: convolution.weights, into: &packed)
        var workspace = [Float](repeating: 0, count: kernels.convolutionWorkspace(window))
        var y = [Float](repeating: 0, count: convolution.outputs)
        kernels.convolution(window, x: x, packed: packed, bias: nil, clamp: clamp, y: &y, workspace: &workspace)
        #expect(mismatch(y, expected, tolerance: 1e-5) == nil)
        #expect(y.count { $0.isNaN } == 9 * 34)
    }

    @Test func levelsAgreeAndPackAlike() {
        let window = ConvolutionWindow(image: (9, 13, 5), outChannels: 37, kernel: (3, 3), padding: .init(1))
        let convolution = ConvolutionCase(window)
        let results = Kernels.available.map { convolution.direct($0) }
        let packed = Kernels.available.map { kernels in
            var packed = [Float](repeating: .nan, count: kernels.packedConvolutionSize(window))
            kernels.packConvolution(window, weights: convolution.weights, into: &packed)
            return bits(packed)
        }
        for (result, layout) in zip(results, packed) {
            #expect(mismatch(result, results[0] ?? [], tolerance: 1e-5) == nil)
            #expect(layout == packed[0])
        }
    }

    @Test func windowComputesOutputSizes() {
        let same = ConvolutionWindow(image: (28, 27, 3), outChannels: 8, kernel: (3, 3), padding: .init(1))
        #expect([same.outHeight, same.outWidth] == [28, 27])
        let strided = ConvolutionWindow(image: (11, 12, 3), kernel: (3, 2), stride: (2, 5), dilation: (2, 1))
        #expect([strided.outHeight, strided.outWidth, strided.outChannels] == [4, 3, 3])
        let none = ConvolutionWindow(image: (2, 5, 1), kernel: (3, 3))
        #expect([none.outHeight, none.outWidth] == [0, 3])
        let rounded = ConvolutionWindow(image: (6, 6, 1), kernel: (3, 3), stride: (2, 2), output: (3, 3))
        #expect([rounded.outHeight, rounded.outWidth] == [3, 3])
    }
}
