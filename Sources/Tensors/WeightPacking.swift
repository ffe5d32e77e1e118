/// Packs the columns of arrays [columns, channels, slices · taps], one array after another, as
/// B[taps · channels · slices, columns] for `gemmPacked` and `convolution`: by several threads, and so that the source is
/// read once, in the order in which it stands. A mapped file's memory is given back on the way.
struct WeightPacking: Sendable {
    private let kernels: Kernels
    private let parts: [StridedFloats]
    /// Of each block of packed B.
    private let segments: [[Segment]]
    /// Of each column of all parts.
    private let columns: Int
    private let channels, slices, taps: Int
    /// What each column is multiplied by; nil for 1.
    private let scale: [Float]?
    private let target: AlignedStorage

    /// Columns of a part that stand beside each other in a block.
    private struct Segment {
        let part: StridedFloats
        /// Of the part.
        let columns: Range<Int>
        /// The first of them in the block.
        let offset: Int
        /// The first of them among the columns of all parts.
        let number: Int
    }

    /// Columns of a block of packed B.
    private static let block = 32
    /// Floats of the source that are packed at a time: 256 KiB of a block of columns, 1 MiB of rows.
    private static let blockFloats = 1 << 16
    static let rowFloats = 1 << 18

    /// `runs` equal numbers of parts begin with a block of their own.
    init(_ kernels: Kernels, _ parts: [StridedFloats], slices: Int, scale: [Float]?, runs: Int) {
        precondition(
            !parts.isEmpty && parts.allSatisfy { $0.channels == parts[0].channels && $0.taps == parts[0].taps },
            "parts with other rows")
        let merged = parts.compactMap { $0.merging(slices: slices) }
        (self.kernels, self.scale) = (kernels, scale)
        (self.parts, self.slices) = merged.count == parts.count ? (merged, 1) : (parts, slices)
        (channels, taps) = (self.parts[0].channels, self.parts[0].taps / self.slices)
        columns = parts.reduce(0) { $0 + $1.columns }
        segments = Self.segments(self.parts, runs: runs)
        target = AlignedStorage(
            unfilledByteCount: 4
                * kernels.packedBSize(n: segments.count * Self.block, k: parts[0].channels * parts[0].taps))
    }

    private static func segments(_ parts: [StridedFloats], runs: Int) -> [[Segment]] {
        precondition(runs >= 1 && parts.count.isMultiple(of: runs), "runs of unequal length")
        var (result, number, place) = ([[Segment]](), 0, 0)
        for (index, part) in parts.enumerated() {
            if index.isMultiple(of: parts.count / runs) { place = (place + block - 1) / block * block }
            var first = 0
            while first < part.columns {
                let offset = place % block
                let end = min(part.columns, first + block - offset)
                let segment = Segment(part: part, columns: first..<end, offset: offset, number: number + first)
                if offset == 0 { result.append([segment]) } else { result[result.count - 1].append(segment) }
                (place, first) = (place + end - first, end)
            }
            number += part.columns
        }
        return result
    }

    /// The packed weights.
    func packed() -> AlignedStorage {
        // Columns nearer to each other than rows are read row by row, others column by column.
        let isByRows = parts.allSatisfy { $0.columnStride == 1 || $0.columnStride < $0.channelStride }
        if isByRows { packRows() } else { packColumns() }
        return target
    }

    private func packRows() {
        let slab = max(1, Self.rowFloats / max(slices * columns, 1))
        let slabs = (channels + slab - 1) / slab
        // Lines of which all parts are columns are given back once.
        let lines = parts.indices.filter { $0 == 0 || !parts[$0].continues(parts[$0 - 1]) }.map { parts[$0] }
        ParallelLoop.perform(iterations: taps * slabs) { index in
            let (tap, first) = (index / slabs, index % slabs * slab)
            let rows = first..<min(first + slab, channels)
            for block in segments.indices { pack(block: block, channels: rows, taps: tap..<(tap + 1)) }
            for part in lines {
                for slice in 0..<slices { part.discard(channels: rows, tap: slice * taps + tap) }
            }
        }
    }

    private func packColumns() {
        let slab = max(8, Self.blockFloats / Self.block / max(parts[0].taps, 1))
        ParallelLoop.perform(iterations: segments.count) { block in
            for first in stride(from: 0, to: channels, by: slab) {
                pack(block: block, channels: first..<min(first + slab, channels), taps: 0..<taps)
            }
            for segment in segments[block] {
                let (columns, stride) = (segment.columns, segment.part.columnStride)
                segment.part.discard((columns.lowerBound * stride)..<(columns.upperBound * stride))
            }
        }
    }

    /// Packs some of the channels of a block of columns, of some taps in all slices.
    private func pack(block: Int, channels rows: Range<Int>, taps: Range<Int>) {
        let segments = segments[block]
        for tap in taps {
            let row = ((block * self.taps + tap) * channels + rows.lowerBound) * slices
            let packed = unsafe target.floats + row * Self.block
            for slice in 0..<slices {
                unsafe pack(segments, rows, tap: slice * self.taps + tap, into: packed + slice * Self.block)
            }
            if let scale {
                unsafe Self.multiply(
                    packed, rows: rows.count * slices, by: scale.dropFirst(segments[0].number))
            }
        }
    }

    /// Packs some of the channels of a block of columns, of one tap of a part, to every `slices`th row.
    private func pack(
        _ segments: [Segment], _ rows: Range<Int>, tap: Int, into packed: UnsafeMutablePointer<Float>
    ) {
        if segments.count == 1 {
            let (part, columns) = (segments[0].part, segments[0].columns)
            unsafe kernels.packB(
                n: columns.count, k: rows.count, b: part.place(columns.lowerBound, rows.lowerBound, tap),
                rowStride: part.channelStride, columnStride: part.columnStride, step: slices, into: packed)
        } else {
            unsafe gather(segments, rows, tap, into: packed)
        }
    }

    /// Packs columns of several parts one by one.
    private func gather(
        _ segments: [Segment], _ rows: Range<Int>, _ tap: Int, into packed: UnsafeMutablePointer<Float>
    ) {
        for (index, row) in rows.enumerated() {
            let line = unsafe packed + index * slices * Self.block
            unsafe line.update(repeating: 0, count: Self.block)
            for segment in segments {
                for (place, column) in segment.columns.enumerated() {
                    unsafe line[segment.offset + place] = segment.part.float(column, row, tap)
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
    ///   - parts: Arrays [columns, channels, slices · taps] whose columns follow each other; at least one, all of as many
    ///     channels and taps.
    ///   - slices: Equal parts of each channel's taps, which are channels of B: those of a channel side by side.
    ///   - scale: What each column is multiplied by; nil for 1.
    ///   - runs: Equally many parts each, which begin with a block of their own, as if they were packed alone.
    /// - Returns: B[taps · channels · slices, columns], packed.
    package func packed(
        _ parts: [StridedFloats], slices: Int = 1, scale: [Float]? = nil, runs: Int = 1
    ) -> AlignedStorage {
        WeightPacking(self, parts, slices: slices, scale: scale, runs: runs).packed()
    }

    /// Transforms weights for `winograd`, by several threads.
    /// - Parameters:
    ///   - tile: The tiles that they are for.
    ///   - weights: [out channels, in channels, slices · 9].
    ///   - slices: Equal parts of each channel's taps, which are in channels of their own: those of a channel side by side.
    ///   - scale: What those of each out channel are multiplied by; nil for 1.
    /// - Returns: What `winograd` takes.
    package func winogradTransformed(
        _ tile: WinogradTile, _ weights: StridedFloats, slices: Int = 1, scale: [Float]? = nil
    ) -> AlignedStorage {
        WinogradPacking(self, tile, weights, slices: slices, scale: scale).transformed()
    }
}
