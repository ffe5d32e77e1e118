import Testing

@testable import Tensors

/// Weights packed from where they are against those packed from a matrix in order.
struct WeightPackingTests {
    private func floats(_ storage: AlignedStorage) -> [Float] {
        Array(UnsafeBufferPointer(start: storage.floats, count: storage.byteCount / 4))
    }

    /// The packed form of B[taps · channels, columns], element by element.
    private func expected(_ parts: [StridedFloats]) -> [Float] {
        let (channels, taps) = (parts[0].channels, parts[0].taps)
        let columns = parts.flatMap { part in (0..<part.columns).map { (part, $0) } }
        let depth = channels * taps
        var result = [Float](repeating: 0, count: (columns.count + 31) / 32 * 32 * depth)
        for (place, (part, column)) in columns.enumerated() {
            for row in 0..<depth {
                result[(place / 32 * depth + row) * 32 + place % 32] = part.float(
                    column, row % channels, row / channels)
            }
        }
        return result
    }

    @Test(arguments: Kernels.available, [(1, 1, 1), (40, 300, 1), (33, 7, 9), (100, 65, 4)])
    func packsEitherOrder(kernels: Kernels, size: (columns: Int, channels: Int, taps: Int)) {
        let tensor = Tensor(
            randomFloats(size.columns * size.channels * size.taps, seed: 1),
            shape: [size.columns, size.channels, size.taps])
        let plain = tensor.strided(channels: size.channels, taps: size.taps)[0]
        #expect(floats(kernels.packed([plain])) == expected([plain]))
        let turned = tensor.strided(channels: size.channels, taps: size.columns)[0].reversed
        #expect(turned.columnStride == 1 || size.columns == 1)
        #expect(floats(kernels.packed([turned])) == expected([turned]))
    }

    /// Gates whose units are no whole blocks.
    @Test(arguments: Kernels.available) func packsPartsBesideEachOther(kernels: Kernels) {
        let tensor = Tensor(randomFloats(3 * 45 * 20, seed: 2), shape: [135, 20])
        let rows = tensor.strided(parts: 3, channels: 20)
        #expect(floats(kernels.packed([rows[2], rows[0], rows[1]])) == expected([rows[2], rows[0], rows[1]]))
        let columns = Tensor(randomFloats(3 * 45 * 20, seed: 3), shape: [20, 135]).strided(channels: 135)[0].transposed
        let parts = columns.reordered([1, 2, 0])
        #expect(floats(kernels.packed(parts)) == expected(parts))
    }

    @Test(arguments: Kernels.available) func transformsEitherOrder(kernels: Kernels) {
        let (columns, channels) = (35, 16)
        let tensor = Tensor(randomFloats(columns * channels * 9, seed: 4), shape: [columns, channels, 9])
        var result = [Float](
            repeating: .nan, count: kernels.winogradWeightsSize(inChannels: channels, outChannels: columns))
        kernels.winogradWeights(
            inChannels: channels, outChannels: columns, weights: tensor.floats, into: &result)
        let plain = tensor.strided(channels: channels, taps: 9)[0]
        #expect(floats(kernels.winogradTransformed(plain)) == result)
        // [9, channels, columns], as Keras has them.
        let ordered = Tensor(shape: [9, channels, columns], scattered: [plain.reversed]).owned
        let turned = ordered.strided(channels: channels, taps: columns)[0].reversed
        #expect(turned.columnStride == 1)
        #expect(floats(kernels.winogradTransformed(turned)) == result)
    }
}
