import Tensors

/// Windows over three dimensions [depth, height, width].
extension WindowAttributes {
    /// Weights [out, in / groups, depth, height, width] as those of a convolution over two dimensions that has every tap of
    /// the depth as a channel; others as they are.
    func flatWeightShape(_ shape: Shape) -> Shape {
        shape.rank == 5 ? [shape[0], shape[1] * shape[2], shape[3], shape[4]] : shape
    }

    /// Calls `body` for each place of the result and each tap that lies inside the image: the indices of the place, of the
    /// tap and of the pixel.
    private func forEachTap(_ sizes: [Int], _ body: (_ place: Int, _ tap: Int, _ pixel: Int) -> Void) {
        let geometries = sizes.indices.map { geometry(sizes[$0], $0) }
        let outputs = Shape(geometries.map(\.output))
        for place in 0..<outputs.elementCount {
            for tap in 0..<kernel.reduce(1, *) {
                var (pixel, isInside) = (0, true)
                for axis in 0..<3 {
                    let index = place / outputs.strides[axis] % outputs[axis]
                    let offset = tap / Shape(kernel).strides[axis] % kernel[axis]
                    let source = index * strides[axis] + offset * dilations[axis] - geometries[axis].before
                    isInside = isInside && source >= 0 && source < sizes[axis]
                    pixel = pixel * sizes[axis] + source
                }
                if isInside { body(place, tap, pixel) }
            }
        }
    }

    /// The naive twin of convolution of one image [depth, height, width, in], by the definition.
    func naiveConvolution(
        _ x: [Float], sizes: [Int], weights: [Float], bias: [Float]?, outChannels: Int, groups: Int
    ) -> [Float] {
        let (taps, inputs) = (kernel.reduce(1, *), weights.count / outChannels / kernel.reduce(1, *))
        let count = outputSizes(sizes).reduce(1, *) * outChannels
        var y = (0..<count).map { Double(bias?[$0 % outChannels] ?? 0) }
        forEachTap(sizes) { place, tap, pixel in
            for output in 0..<outChannels {
                let first = pixel * inputs * groups + output / (outChannels / groups) * inputs
                for input in 0..<inputs {
                    y[place * outChannels + output] +=
                        Double(x[first + input]) * Double(weights[(output * inputs + input) * taps + tap])
                }
            }
        }
        return y.map { Float($0) }
    }

    /// The naive twin of pooling of one image; `row` ends with [depth, height, width, channels].
    func naivePooling(_ x: [Float], row: [Int], _ kind: Pooling.Kind) -> [Float] {
        let (sizes, channels) = (Array(row.dropLast().suffix(3)), row[row.count - 1])
        var members = [[Float]](repeating: [], count: outputSizes(sizes).reduce(1, *) * channels)
        forEachTap(sizes) { place, _, pixel in
            for channel in 0..<channels { members[place * channels + channel].append(x[pixel * channels + channel]) }
        }
        return members.map { members in
            switch kind {
            case .maximum: members.max() ?? -.infinity
            case .average(let countsPadding):
                members.reduce(0, +) / Float(countsPadding ? kernel.reduce(1, *) : members.count)
            }
        }
    }
}
