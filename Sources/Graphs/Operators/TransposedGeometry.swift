import Tensors

/// The sizes of a transposed convolution of one image [depth, height, width, channels], and its computation as a product
/// of pixels and weights whose columns, one block for each tap of the kernel, are added to the output.
struct TransposedGeometry: Sendable {
    /// Depth, height and width; 1 for a dimension that is missing.
    let input, output, kernel, strides, dilations: [Int]
    /// Elements taken away before the first one.
    let pads: [Int]
    let inChannels, outChannels, groups: Int

    var taps: Int { kernel.reduce(1, *) }
    var inputPixels: Int { input.reduce(1, *) }
    var outputPixels: Int { output.reduce(1, *) }
    var inputSize: Int { inputPixels * inChannels }
    var outputSize: Int { outputPixels * outChannels }
    /// Channels of one group.
    var groupInputs: Int { inChannels / groups }
    var groupOutputs: Int { outChannels / groups }
    /// Columns of the product for one group.
    var columns: Int { taps * groupOutputs }

    /// Pixels of one product: whole rows, at least 64 where there are as many.
    var blockPixels: Int { min(inputPixels, max(1, 64 / max(input[2], 1)) * input[2]) }
    /// Floats that the columns of one product take.
    var columnSize: Int { blockPixels * columns }

    /// The pixels of each product.
    var blocks: [Range<Int>] {
        stride(from: 0, to: inputPixels, by: max(blockPixels, 1)).map { $0..<min($0 + blockPixels, inputPixels) }
    }

    /// Weights [in, out / groups, taps] as [in, taps, out / groups].
    func reorder(_ weights: UnsafePointer<Float>, into ordered: UnsafeMutablePointer<Float>) {
        for row in 0..<inChannels {
            for channel in 0..<groupOutputs {
                for tap in 0..<taps {
                    unsafe ordered[(row * taps + tap) * groupOutputs + channel] =
                        weights[(row * groupOutputs + channel) * taps + tap]
                }
            }
        }
    }

    /// Floats of one group's weights packed, for the image or, turned, for its gradient.
    func packedSize(isTurned: Bool, _ kernels: Kernels) -> Int {
        kernels.packedBSize(n: isTurned ? groupInputs : columns, k: isTurned ? columns : groupInputs)
    }

    /// Packs each group's reordered weights: [in / groups, columns], or turned, for the image's gradient, its transpose.
    func pack(
        _ ordered: UnsafePointer<Float>, isTurned: Bool, into packed: UnsafeMutablePointer<Float>, _ kernels: Kernels
    ) {
        let size = packedSize(isTurned: isTurned, kernels)
        for group in 0..<groups {
            unsafe kernels.packB(
                n: isTurned ? groupInputs : columns, k: isTurned ? columns : groupInputs,
                b: ordered + group * groupInputs * columns, rowStride: isTurned ? 1 : columns,
                columnStride: isTurned ? columns : 1, into: packed + group * size)
        }
    }

    /// Adds a gradient in the order of `reorder` to one of weights as files have them.
    func addReordered(_ ordered: UnsafePointer<Float>, to weights: UnsafeMutablePointer<Float>) {
        for row in 0..<inChannels {
            for channel in 0..<groupOutputs {
                for tap in 0..<taps {
                    unsafe weights[(row * groupOutputs + channel) * taps + tap] +=
                        ordered[(row * taps + tap) * groupOutputs + channel]
                }
            }
        }
    }

    /// Calls `body` for each pixel of some whole rows and each tap that lands inside the output: the pixel counted from
    /// the first one, the tap and the output pixel.
    @inline(__always)
    func forEachLanding(_ pixels: Range<Int>, _ body: (_ pixel: Int, _ tap: Int, _ output: Int) -> Void) {
        for row in pixels.lowerBound / input[2]..<pixels.upperBound / input[2] {
            let first = row * input[2] - pixels.lowerBound
            for upper in 0..<kernel[0] * kernel[1] {
                let z = row / input[1] * strides[0] + upper / kernel[1] * dilations[0] - pads[0]
                let y = row % input[1] * strides[1] + upper % kernel[1] * dilations[1] - pads[1]
                guard z >= 0, z < output[0], y >= 0, y < output[1] else { continue }
                let line = (z * output[1] + y) * output[2]
                for column in 0..<input[2] {
                    for place in 0..<kernel[2] {
                        let x = column * strides[2] + place * dilations[2] - pads[2]
                        if x >= 0, x < output[2] { body(first + column, upper * kernel[2] + place, line + x) }
                    }
                }
            }
        }
    }

    /// Computes one image.
    /// - Parameters:
    ///   - x: [input pixels, in].
    ///   - packed: From `pack`, not turned.
    ///   - bias: [out], or nil for none.
    ///   - y: [output pixels, out].
    ///   - scratch: Room for `columnSize` floats.
    ///   - kernels: What multiplies.
    func run(
        x: UnsafePointer<Float>, packed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
        y: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>, kernels: Kernels
    ) {
        for pixel in 0..<outputPixels {
            let target = unsafe y + pixel * outChannels
            if let bias = unsafe bias {
                unsafe target.update(from: bias, count: outChannels)
            } else {
                unsafe target.update(repeating: 0, count: outChannels)
            }
        }
        let packedSize = packedSize(isTurned: false, kernels)
        for block in blocks {
            for group in 0..<groups {
                unsafe kernels.gemmPacked(
                    m: block.count, n: columns, k: groupInputs,
                    a: x + block.lowerBound * inChannels + group * groupInputs, lda: inChannels,
                    packedB: packed + group * packedSize, bias: nil, clamp: .none, c: scratch, ldc: columns)
                let first = unsafe y + group * groupOutputs
                forEachLanding(block) { pixel, tap, output in
                    let source = unsafe scratch + pixel * columns + tap * groupOutputs
                    let target = unsafe first + output * outChannels
                    for channel in 0..<groupOutputs { unsafe target[channel] += source[channel] }
                }
            }
        }
    }

    /// Gathers the gradient of the columns of one block and group; what lands outside has none.
    func gather(
        _ dy: UnsafePointer<Float>, _ block: Range<Int>, group: Int, into scratch: UnsafeMutablePointer<Float>
    ) {
        unsafe scratch.update(repeating: 0, count: block.count * columns)
        forEachLanding(block) { pixel, tap, output in
            unsafe (scratch + pixel * columns + tap * groupOutputs).update(
                from: dy + output * outChannels + group * groupOutputs, count: groupOutputs)
        }
    }
}
