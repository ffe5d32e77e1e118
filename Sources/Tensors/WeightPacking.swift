/// Packs the columns of arrays [columns, channels, taps], one array after another, as B[taps · channels, columns] for
/// `gemmPacked` and `convolution`: by several threads, and so that the source is read once, in the order in which it stands.
/// A mapped file's memory is given back on the way.
struct WeightPacking: Sendable {
    private let kernels: Kernels
    private let parts: [StridedFloats]
    /// The column at which each part begins, and the end.
    private let starts: [Int]
    private let channels, taps: Int
    /// What each column is multiplied by; nil for 1.
    private let scale: [Float]?
    private let target: AlignedStorage

    /// Columns of a block of packed B.
    private static let block = 32
    /// Floats of the source that are packed at a time: 256 KiB of a block of columns, 1 MiB of rows.
    private static let blockFloats = 1 << 16
    private static let rowFloats = 1 << 18

    init(_ kernels: Kernels, _ parts: [StridedFloats], scale: [Float]?) {
        precondition(
            !parts.isEmpty && parts.allSatisfy { $0.channels == parts[0].channels && $0.taps == parts[0].taps },
            "parts with other rows")
        (self.kernels, self.parts, self.scale) = (kernels, parts, scale)
        (channels, taps) = (parts[0].channels, parts[0].taps)
        starts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.columns) }
        target = AlignedStorage(
            unfilledByteCount: 4 * kernels.packedBSize(n: starts[parts.count], k: parts[0].channels * parts[0].taps))
    }

    private var columns: Int { starts[parts.count] }
    private var blocks: Int { (columns + Self.block - 1) / Self.block }

    /// The packed weights.
    func packed() -> AlignedStorage {
        // Columns beside each other are read row by row, others column by column.
        if parts.allSatisfy({ $0.columnStride == 1 }) { packRows() } else { packColumns() }
        return target
    }

    private func packRows() {
        let slab = max(1, Self.rowFloats / max(columns, 1))
        let slabs = (channels + slab - 1) / slab
        ParallelLoop.perform(iterations: taps * slabs) { index in
            let (tap, first) = (index / slabs, index % slabs * slab)
            let rows = first..<min(first + slab, channels)
            for block in 0..<blocks { pack(block: block, channels: rows, taps: tap..<(tap + 1)) }
            for part in parts {
                let start = tap * part.tapStride
                part.discard(
                    (start + rows.lowerBound * part.channelStride)..<(start + rows.upperBound * part.channelStride))
            }
        }
    }

    private func packColumns() {
        let slab = max(8, Self.blockFloats / Self.block / max(taps, 1))
        ParallelLoop.perform(iterations: blocks) { block in
            for first in stride(from: 0, to: channels, by: slab) {
                pack(block: block, channels: first..<min(first + slab, channels), taps: 0..<taps)
            }
            for (part, columns, _) in segments(block) {
                part.discard((columns.lowerBound * part.columnStride)..<(columns.upperBound * part.columnStride))
            }
        }
    }

    /// What makes up a block: columns of parts, and where they stand in it.
    private func segments(_ block: Int) -> [(part: StridedFloats, columns: Range<Int>, offset: Int)] {
        let all = (block * Self.block)..<min((block + 1) * Self.block, columns)
        return parts.indices.compactMap { index in
            let own = all.clamped(to: starts[index]..<starts[index + 1])
            guard !own.isEmpty else { return nil }
            let (first, end) = (own.lowerBound - starts[index], own.upperBound - starts[index])
            return (parts[index], first..<end, own.lowerBound - all.lowerBound)
        }
    }

    private func pack(block: Int, channels rows: Range<Int>, taps: Range<Int>) {
        let segments = segments(block)
        let depth = channels * self.taps
        for tap in taps {
            let place = (block * depth + tap * channels + rows.lowerBound) * Self.block
            let packed = unsafe target.floats + place
            if segments.count == 1 {
                let (part, columns, _) = segments[0]
                let first =
                    columns.lowerBound * part.columnStride + rows.lowerBound * part.channelStride + tap * part.tapStride
                unsafe kernels.packB(
                    n: columns.count, k: rows.count, b: part.base + 4 * first, rowStride: part.channelStride,
                    columnStride: part.columnStride, into: packed)
            } else {
                unsafe gather(segments, rows, tap, into: packed)
            }
            if let scale { unsafe Self.multiply(packed, rows: rows.count, by: scale.dropFirst(block * Self.block)) }
        }
    }

    /// Packs columns of several parts one by one.
    private func gather(
        _ segments: [(part: StridedFloats, columns: Range<Int>, offset: Int)], _ rows: Range<Int>, _ tap: Int,
        into packed: UnsafeMutablePointer<Float>
    ) {
        unsafe packed.update(repeating: 0, count: rows.count * Self.block)
        for (part, columns, offset) in segments {
            for (index, row) in rows.enumerated() {
                for (place, column) in columns.enumerated() {
                    unsafe packed[index * Self.block + offset + place] = part.float(column, row, tap)
                }
            }
        }
    }

    /// Multiplies the columns of a packed block, of which the first stand at the beginning of `scale`.
    static func multiply(_ packed: UnsafeMutablePointer<Float>, rows: Int, by scale: ArraySlice<Float>) {
        unsafe scale.prefix(block).withUnsafeBufferPointer { scale in
            for row in 0..<rows {
                let line = unsafe packed + row * block
                for column in scale.indices { unsafe line[column] *= scale[column] }
            }
        }
    }
}

extension Kernels {
    /// Packs weights for `gemmPacked` or, with [out channels, in channels, taps], for `convolution`.
    /// - Parameters:
    ///   - parts: Arrays [columns, channels, taps] whose columns follow each other; at least one, all of as many channels
    ///     and taps.
    ///   - scale: What each column is multiplied by; nil for 1.
    /// - Returns: B[taps · channels, columns], packed.
    package func packed(_ parts: [StridedFloats], scale: [Float]? = nil) -> AlignedStorage {
        WeightPacking(self, parts, scale: scale).packed()
    }

    /// Transforms weights [out channels, in channels, 9] for `winograd`, by several threads.
    /// - Parameters:
    ///   - weights: The weights.
    ///   - scale: What those of each out channel are multiplied by; nil for 1.
    /// - Returns: What `winograd` takes.
    package func winogradTransformed(_ weights: StridedFloats, scale: [Float]? = nil) -> AlignedStorage {
        precondition(weights.taps == 9, "Winograd's weights are 3×3")
        let size = winogradWeightsSize(inChannels: weights.channels, outChannels: weights.columns)
        let storage = AlignedStorage(unfilledByteCount: 4 * size)
        let block = 32
        ParallelLoop.perform(iterations: (weights.columns + block - 1) / block) { index in
            let columns = (index * block)..<min((index + 1) * block, weights.columns)
            unsafe winogradWeights(weights, outChannels: columns, into: storage.floats)
            if let scale {
                for plane in 0..<16 {
                    let start = plane * size / 16 + index * block * weights.channels
                    unsafe WeightPacking.multiply(
                        storage.floats + start, rows: weights.channels, by: scale.dropFirst(index * block))
                }
            }
            if weights.columnStride > 1 {
                weights.discard(
                    (columns.lowerBound * weights.columnStride)..<(columns.upperBound * weights.columnStride))
            }
        }
        if weights.columnStride == 1 { weights.discard(0..<weights.count) }
        return storage
    }
}
