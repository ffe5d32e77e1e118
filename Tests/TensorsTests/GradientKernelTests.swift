import Tensors
import Testing

/// The kernels of training against their naive twins, at every level; outputs and workspaces end at guard pages.
struct GradientKernelTests {
    @Test(arguments: Kernels.available) func productsSummedOverRowsMatchNaive(kernels: Kernels) {
        for (m, n, k) in [(1, 1, 1), (3, 10, 5), (13, 33, 7), (64, 50, 40), (200, 51, 3), (12, 64, 33), (5, 31, 0)] {
            let (a, b) = (randomFloats(k * m, seed: 1), randomFloats(k * n, seed: 2))
            let initial = randomFloats(m * n, seed: 3)
            let (left, right) = (EdgeBuffer(a), EdgeBuffer(b))
            let workspace = EdgeBuffer.workspace(kernels.gradientWorkspace(n: n, k: k))
            let actual = guardedOutput(m * n, initial: initial) { c in
                kernels.gemmRows(
                    m: m, n: n, k: k, a: left.pointer, lda: m, b: right.pointer, ldb: n, c: c, ldc: n,
                    workspace: workspace.pointer)
            }
            let expected = Naive.gemmRows(a, b, m: m, n: n, k: k, initial: initial)
            #expect(mismatch(actual, expected, tolerance: 1e-5) == nil, "\(m) \(n) \(k)")
        }
    }

    @Test(arguments: Kernels.available, [1, 15, 16, 17, 64, 100]) func rowsAreSummed(kernels: Kernels, columns: Int) {
        let x = randomFloats(7 * columns, seed: 4)
        let initial = randomFloats(columns, seed: 5)
        let buffer = EdgeBuffer(x)
        let actual = guardedOutput(columns, initial: initial) { y in
            kernels.sumRows(buffer.pointer, rows: 7, columns: columns, ldx: columns, into: y)
        }
        let expected = (0..<columns).map { column in
            (0..<7).reduce(initial[column]) { $0 + x[$1 * columns + column] }
        }
        #expect(mismatch(actual, expected, tolerance: 1e-6) == nil)
    }

    static let windows: [ConvolutionWindow] = [
        ConvolutionWindow(image: (7, 6, 1), outChannels: 33, kernel: (3, 3)),
        ConvolutionWindow(image: (9, 8, 1), outChannels: 32, kernel: (3, 3), stride: (2, 1)),
        ConvolutionWindow(image: (9, 8, 1), outChannels: 5, kernel: (5, 5)),
        ConvolutionWindow(image: (13, 13, 32), outChannels: 64, kernel: (3, 3)),
        ConvolutionWindow(image: (8, 9, 3), outChannels: 7, kernel: (2, 3), dilation: (2, 2)),
        ConvolutionWindow(image: (1, 12, 4), outChannels: 40, kernel: (1, 4)),
        ConvolutionWindow(image: (5, 5, 20), outChannels: 3, kernel: (1, 1), stride: (2, 2)),
    ]

    @Test(arguments: Kernels.available, windows)
    func weightGradientMatchesNaive(kernels: Kernels, window: ConvolutionWindow) {
        let x = randomFloats(window.height * window.width * window.inChannels, seed: 6)
        let pixels = window.outHeight * window.outWidth
        let dy = randomFloats(pixels * window.outChannels, seed: 7)
        let (image, gradient) = (EdgeBuffer(x), EdgeBuffer(dy))
        let workspace = EdgeBuffer.workspace(kernels.gradientWorkspace(n: window.outChannels, k: pixels))
        let expected = Naive.convolutionWeightGradient(window, x: x, dy: dy)
        let actual = guardedOutput(expected.count, initial: expected.map { _ in 0 }) { dw in
            kernels.convolutionWeightGradient(
                window, x: image.pointer, dy: gradient.pointer, dw: dw, workspace: workspace.pointer)
        }
        #expect(mismatch(actual, expected, tolerance: 1e-5) == nil)
    }

    @Test(arguments: Kernels.available) func turnedWeightsGiveTheImagesGradient(kernels: Kernels) {
        let window = ConvolutionWindow(image: (7, 6, 5), outChannels: 35, kernel: (3, 2), padding: .init(1))
        let weights = randomFloats(5 * 35 * 6, seed: 8)
        let dy = randomFloats(window.outHeight * window.outWidth * 35, seed: 9)
        let packed = EdgeBuffer.workspace(kernels.packedConvolutionGradientSize(window))
        let (w, gradient) = (EdgeBuffer(weights), EdgeBuffer(dy))
        kernels.packConvolutionGradient(window, weights: w.pointer, into: packed.pointer)
        let turned = ConvolutionWindow(
            image: (window.outHeight, window.outWidth, 35), outChannels: 5, kernel: (3, 2),
            padding: .init(top: 1, left: 0, bottom: 1, right: 0), output: (7, 6))
        let workspace = EdgeBuffer.workspace(kernels.convolutionWorkspace(turned))
        let actual = guardedOutput(7 * 6 * 5) { dx in
            kernels.convolution(
                turned, x: gradient.pointer, packed: packed.pointer, bias: nil, clamp: .none, y: dx,
                workspace: workspace.pointer)
        }
        let expected = Naive.convolutionImageGradient(window, dy: dy, weights: weights)
        #expect(mismatch(actual, expected, tolerance: 1e-5) == nil)
    }

    @Test(arguments: Kernels.available, [(4, 4, 1), (7, 5, 33), (6, 9, 16), (1, 4, 3)])
    func poolingNotesTheWinner(kernels: Kernels, size: (height: Int, width: Int, channels: Int)) {
        let (height, width, channels) = size
        let x = randomFloats(height * width * channels, seed: 10)
        let expected = Naive.maxPoolCodes(height: height, width: width, channels: channels, x: x, clamp: .relu)
        let image = EdgeBuffer(x)
        var codes = [UInt8](repeating: 9, count: expected.codes.count + 1)
        let y = guardedOutput(expected.y.count) { y in
            codes.withUnsafeMutableBufferPointer { buffer in
                kernels.maxPoolCodes(
                    height: height, width: width, channels: channels, x: image.pointer, clamp: .relu, y: y,
                    codes: buffer.baseAddress!)
            }
        }
        #expect(bits(y ?? []) == bits(expected.y))
        #expect(Array(codes.dropLast()) == expected.codes && codes.last == 9)

        let dy = randomFloats(expected.y.count, seed: 11)
        let gradient = EdgeBuffer(dy)
        let dx = guardedOutput(x.count) { dx in
            kernels.maxPoolGradient(
                height: height, width: width, channels: channels, dy: gradient.pointer, codes: expected.codes, dx: dx)
        }
        let wanted = Naive.maxPoolGradient(
            height: height, width: width, channels: channels, dy: dy, codes: expected.codes)
        #expect(mismatch(dx, wanted, tolerance: 0) == nil)
    }

    @Test(arguments: Kernels.available, [1, 7, 16, 50, 65]) func lstmStepMatchesNaive(kernels: Kernels, hidden: Int) {
        let rows = 3
        let z = randomFloats(rows * 4 * hidden, seed: 12).map { $0 * 3 }
        let previous = randomFloats(rows * hidden, seed: 13)
        let expected = Naive.lstmGates(rows: rows, hidden: hidden, z: z, previousCell: previous)
        let (gates, cellBefore) = (EdgeBuffer(z), EdgeBuffer(previous))
        let (cell, cellTanh) = (EdgeBuffer.workspace(rows * hidden), EdgeBuffer.workspace(rows * hidden))
        let state = EdgeBuffer.workspace(rows * (hidden + 2))
        kernels.lstmGates(
            rows: rows, hiddenSize: hidden, z: gates.pointer, previousCell: cellBefore.pointer, cell: cell.pointer,
            cellTanh: cellTanh.pointer, hidden: state.pointer, hiddenStride: hidden + 2)
        func values(_ buffer: EdgeBuffer) -> [Float] {
            Array(UnsafeBufferPointer(start: buffer.pointer, count: buffer.count))
        }
        #expect(mismatch(values(gates), expected.gates, tolerance: 1e-6) == nil)
        #expect(mismatch(values(cell), expected.cell, tolerance: 1e-6) == nil)
        #expect(mismatch(values(cellTanh), expected.cellTanh, tolerance: 1e-6) == nil)
        let rowsOfState = (0..<rows).flatMap { values(state)[$0 * (hidden + 2)..<$0 * (hidden + 2) + hidden] }
        #expect(mismatch(rowsOfState, expected.hidden, tolerance: 1e-6) == nil)

        let (dh, dc) = (randomFloats(rows * hidden, seed: 14), randomFloats(rows * hidden, seed: 15))
        let wanted = Naive.lstmGatesGradient(
            rows: rows, hidden: hidden, gates: expected.gates, previousCell: previous, cellTanh: expected.cellTanh,
            hiddenGradient: dh, cellGradient: dc)
        let (activations, tanhs) = (EdgeBuffer(expected.gates), EdgeBuffer(expected.cellTanh))
        let (hiddenGradient, cellGradient) = (EdgeBuffer(dh), EdgeBuffer(dc))
        let before = EdgeBuffer.workspace(rows * hidden)
        let sums = guardedOutput(rows * 4 * hidden) { sums in
            kernels.lstmGatesGradient(
                rows: rows, hiddenSize: hidden, gates: activations.pointer, previousCell: cellBefore.pointer,
                cellTanh: tanhs.pointer, hiddenGradient: hiddenGradient.pointer, cellGradient: cellGradient.pointer,
                sumGradient: sums, previousCellGradient: before.pointer)
        }
        #expect(mismatch(sums, wanted.sums, tolerance: 1e-6) == nil)
        #expect(mismatch(values(before), wanted.previousCell, tolerance: 1e-6) == nil)
    }

    @Test(arguments: Kernels.available, [1, 15, 16, 40]) func activationsHaveTheirSlopes(kernels: Kernels, count: Int) {
        let (y, dy) = (randomFloats(count, seed: 16), randomFloats(count, seed: 17))
        let (result, gradient) = (EdgeBuffer(y), EdgeBuffer(dy))
        let ofTanh = guardedOutput(count) {
            kernels.tanhGradient(y: result.pointer, dy: gradient.pointer, into: $0, count: count)
        }
        #expect(mismatch(ofTanh, zip(y, dy).map { $1 * (1 - $0 * $0) }, tolerance: 1e-6) == nil)
        let ofSigmoid = guardedOutput(count) {
            kernels.sigmoidGradient(y: result.pointer, dy: gradient.pointer, into: $0, count: count)
        }
        #expect(mismatch(ofSigmoid, zip(y, dy).map { $1 * $0 * (1 - $0) }, tolerance: 1e-6) == nil)
        let ofClamp = guardedOutput(count) {
            kernels.clampGradient(y: result.pointer, dy: gradient.pointer, to: .relu, into: $0, count: count)
        }
        #expect(mismatch(ofClamp, zip(y, dy).map { $0 > 0 ? $1 : 0 }, tolerance: 0) == nil)
    }
}
