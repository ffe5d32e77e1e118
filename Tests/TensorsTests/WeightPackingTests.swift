import Testing

@testable import Tensors

/// Weights packed from where they are against those packed from a matrix in order.
struct WeightPackingTests {
    private func floats(_ storage: AlignedStorage) -> [Float] {
        Array(UnsafeBufferPointer(start: storage.floats, count: storage.byteCount / 4))
    }

    /// The packed form of B[taps · channels · slices, columns], element by element.
    private func expected(_ parts: [StridedFloats], slices: Int = 1) -> [Float] {
        let (channels, taps) = (parts[0].channels, parts[0].taps)
        let columns = parts.flatMap { part in (0..<part.columns).map { (part, $0) } }
        let depth = channels * taps
        var result = [Float](repeating: 0, count: (columns.count + 31) / 32 * 32 * depth)
        for (place, (part, column)) in columns.enumerated() {
            for row in 0..<depth {
                let (channel, tap) = (row / slices % channels, row / slices / channels)
                result[(place / 32 * depth + row) * 32 + place % 32] = part.float(
                    column, channel, row % slices * taps / slices + tap)
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

    /// Slices of the depth as channels: of weights as PyTorch has them, as Keras has them, and column by column with gaps.
    @Test(arguments: Kernels.available, [(1, 1, 1), (40, 300, 1), (33, 7, 4), (300, 40, 9)])
    func packsSlicesAsChannels(kernels: Kernels, size: (columns: Int, channels: Int, taps: Int)) {
        let (slices, taps) = (3, 3 * size.taps)
        let scale = (0..<size.columns).map { 0.5 + Float($0) / 8 }
        let tensor = Tensor(
            randomFloats(size.columns * size.channels * taps, seed: 6), shape: [size.columns, size.channels, taps])
        let plain = tensor.strided(channels: size.channels, taps: taps)[0]
        #expect(plain.merging(slices: slices) != nil)
        let keras = tensor.strided(channels: size.channels, taps: size.columns)[0].reversed
        #expect((keras.merging(slices: slices) == nil) == (size.channels > 1))
        let other = StridedFloats(
            base: plain.base, sizes: (size.columns, size.channels, taps),
            strides: (size.channels, 1, plain.count / taps),
            owner: tensor.storage)
        for weights in [plain, keras, other] {
            let wanted = expected([weights], slices: slices)
            #expect(floats(kernels.packed([weights], slices: slices)) == wanted)
            let depth = size.channels * taps
            let scaled = wanted.enumerated().map { place, float in
                let column = place / 32 / depth * 32 + place % 32
                return column < size.columns ? float * scale[column] : float
            }
            #expect(floats(kernels.packed([weights], slices: slices, scale: scale)) == scaled)
        }
    }

    /// Groups of a convolution, packed at once as each is alone.
    @Test(arguments: Kernels.available, [1, 2]) func packsPartsApart(kernels: Kernels, slices: Int) {
        let (groups, columns, channels, taps) = (3, 45, 20, 4)
        let numbers = randomFloats(groups * columns * channels * taps, seed: 7)
        let scale = (0..<(groups * columns)).map { 0.5 + Float($0) / 8 }
        let whole = Tensor(numbers, shape: [taps, channels, groups * columns])
            .strided(channels: channels, taps: groups * columns)[0].reversed
        let turned = Tensor(shape: [groups * columns, channels, taps], scattered: [whole])
        let parts = turned.strided(parts: groups, channels: channels, taps: taps)
        #expect(parts.allSatisfy { $0.columnStride == 1 })
        let plain = turned.owned.strided(parts: groups, channels: channels, taps: taps)
        for parts in [parts, plain] {
            let found = kernels.packed(parts, slices: slices, scale: scale, runs: groups)
            let alone = parts.enumerated().flatMap { index, part in
                let own = Array(scale[(index * columns)..<((index + 1) * columns)])
                return floats(kernels.packed([part], slices: slices, scale: own))
            }
            // The last columns of a part's last block are padding.
            #expect(floats(found) == alone)
        }
    }

    /// Grouped weights [in, out, taps] of a transposed convolution, whose columns are a few floats apart.
    @Test(arguments: Kernels.available) func packsRunsOfTaps(kernels: Kernels) {
        let (groups, rows, columns, taps) = (2, 70, 13, 9)
        let tensor = Tensor(
            randomFloats(groups * rows * columns * taps, seed: 9), shape: [groups * rows, columns, taps])
        let runs = tensor.strided(parts: groups, channels: columns, taps: taps).map { part in
            (0..<taps).map { part.transposedTap($0) }
        }
        let found = kernels.packed(runs.flatMap { $0 }, runs: groups)
        #expect(floats(found) == runs.flatMap { expected($0) })
    }

    @Test(arguments: Kernels.available, WinogradTile.allCases)
    func transformsSlicesAsChannels(kernels: Kernels, tile: WinogradTile) {
        let (columns, channels, slices) = (35, 16, 3)
        let numbers = randomFloats(columns * channels * slices * 9, seed: 8)
        let scale = (0..<columns).map { 0.5 + Float($0) / 8 }
        // As PyTorch has them, the slices are channels already.
        let plain = Tensor(numbers, shape: [columns, channels * slices, 9]).strided(
            channels: channels * slices, taps: 9)[0]
        let sliced = Tensor(numbers, shape: [columns, channels, slices * 9]).strided(
            channels: channels, taps: slices * 9)[0]
        let ordered = Tensor(shape: [slices * 9, channels, columns], scattered: [sliced.reversed]).owned
        let keras = ordered.strided(channels: channels, taps: columns)[0].reversed
        for factors in [nil, scale] {
            let wanted = floats(kernels.winogradTransformed(tile, plain, scale: factors))
            #expect(floats(kernels.winogradTransformed(tile, sliced, slices: slices, scale: factors)) == wanted)
            #expect(floats(kernels.winogradTransformed(tile, keras, slices: slices, scale: factors)) == wanted)
        }
    }

    @Test(arguments: Kernels.available, WinogradTile.allCases)
    func transformsEitherOrder(kernels: Kernels, tile: WinogradTile) {
        let (columns, channels) = (35, 16)
        let tensor = Tensor(randomFloats(columns * channels * 9, seed: 4), shape: [columns, channels, 9])
        var result = [Float](
            repeating: .nan, count: kernels.winogradWeightsSize(tile, inChannels: channels, outChannels: columns))
        kernels.winogradWeights(
            tile, inChannels: channels, outChannels: columns, weights: tensor.floats, into: &result)
        let plain = tensor.strided(channels: channels, taps: 9)[0]
        #expect(floats(kernels.winogradTransformed(tile, plain)) == result)
        // [9, channels, columns], as Keras has them.
        let ordered = Tensor(shape: [9, channels, columns], scattered: [plain.reversed]).owned
        let turned = ordered.strided(channels: channels, taps: columns)[0].reversed
        #expect(turned.columnStride == 1)
        #expect(floats(kernels.winogradTransformed(tile, turned)) == result)
    }
}
