/// Transforms weights [out channels, in channels, slices · 9] for `winograd`, with each slice of a channel as a channel: by
/// several threads, and so that the source is read once, in the order in which it stands. A mapped file's memory is given
/// back on the way.
struct WinogradPacking: Sendable {
    private let kernels: Kernels
    private let tile: WinogradTile
    private let weights: StridedFloats
    /// What the weights of each out channel are multiplied by; nil for 1.
    private let scale: [Float]?
    private let target: AlignedStorage

    /// Columns of a block of transformed weights.
    private static let block = 32

    init(_ kernels: Kernels, _ tile: WinogradTile, _ weights: StridedFloats, slices: Int, scale: [Float]?) {
        precondition(weights.taps == 9 * slices, "Winograd's weights are 3×3")
        (self.kernels, self.tile, self.scale) = (kernels, tile, scale)
        self.weights = weights.merging(slices: slices) ?? weights
        let size = kernels.winogradWeightsSize(
            tile, inChannels: weights.channels * slices, outChannels: weights.columns)
        target = AlignedStorage(unfilledByteCount: 4 * size)
    }

    private var slices: Int { weights.taps / 9 }
    private var blocks: Int { (weights.columns + Self.block - 1) / Self.block }

    /// The transformed weights.
    func transformed() -> AlignedStorage {
        // Columns beside each other are read row by row, others column by column.
        if weights.columnStride == 1 { transformRows() } else { transformColumns() }
        return target
    }

    private func transformRows() {
        let slab = max(1, WeightPacking.rowFloats / weights.taps / max(weights.columns, 1))
        ParallelLoop.perform(iterations: (weights.channels + slab - 1) / slab) { index in
            let rows = (index * slab)..<min((index + 1) * slab, weights.channels)
            for block in 0..<blocks { transform(block: block, channels: rows) }
            for tap in 0..<weights.taps { weights.discard(channels: rows, tap: tap) }
        }
    }

    private func transformColumns() {
        ParallelLoop.perform(iterations: blocks) { block in
            transform(block: block, channels: 0..<weights.channels)
            let columns = columns(block)
            weights.discard(
                (columns.lowerBound * weights.columnStride)..<(columns.upperBound * weights.columnStride))
        }
    }

    private func columns(_ block: Int) -> Range<Int> {
        (block * Self.block)..<min((block + 1) * Self.block, weights.columns)
    }

    private func transform(block: Int, channels rows: Range<Int>) {
        for slice in 0..<slices {
            unsafe kernels.winogradWeights(
                tile, weights, outChannels: columns(block), inChannels: rows, slice: slice, into: target.floats)
        }
        guard let scale else { return }
        for plane in 0..<tile.points {
            let row = ((plane * blocks + block) * weights.channels + rows.lowerBound) * slices
            unsafe WeightPacking.multiply(
                target.floats + row * Self.block, rows: rows.count * slices, by: scale.dropFirst(block * Self.block))
        }
    }
}
