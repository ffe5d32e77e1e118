/// Floats that stand elsewhere, read in place through strides: an array [columns, channels, taps], which is how weights
/// are counted, whatever order and alignment a file has them in.
@safe package struct StridedFloats: @unchecked Sendable {
    // Invariant behind `@unchecked Sendable`: the floats are only read, and `owner` keeps them as they are.
    /// Element (0, 0, 0). It need not be aligned.
    package let base: UnsafeRawPointer
    package let columns, channels, taps: Int
    /// From one index to the next, in floats.
    package let columnStride, channelStride, tapStride: Int
    /// What keeps the floats.
    let owner: any AnyObject & Sendable

    /// Columns that are copied at a time, so that both sides stay in the cache.
    private static let tile = 32

    package init(
        base: UnsafeRawPointer, sizes: (columns: Int, channels: Int, taps: Int),
        strides: (columns: Int, channels: Int, taps: Int), owner: any AnyObject & Sendable
    ) {
        unsafe self.base = base
        (columns, channels, taps) = sizes
        (columnStride, channelStride, tapStride) = strides
        self.owner = owner
    }

    /// Elements in row-major order from `base` on.
    package init(plain base: UnsafeRawPointer, columns: Int, channels: Int, taps: Int, owner: any AnyObject & Sendable)
    {
        unsafe self.init(
            base: base, sizes: (columns, channels, taps), strides: (channels * taps, taps, 1), owner: owner)
    }

    package var count: Int { columns * channels * taps }

    /// Whether the floats stand one after another in row-major order.
    package var isPlain: Bool {
        (columns <= 1 || columnStride == channels * taps) && (channels <= 1 || channelStride == taps)
            && (taps <= 1 || tapStride == 1)
    }

    /// Columns as channels and channels as columns.
    package var transposed: StridedFloats {
        unsafe StridedFloats(
            base: base, sizes: (channels, columns, taps), strides: (channelStride, columnStride, tapStride),
            owner: owner)
    }

    /// An array [window, inputs, outputs], seen as columns, channels and taps, as [outputs, inputs, window].
    package var reversed: StridedFloats {
        unsafe StridedFloats(
            base: base, sizes: (taps, channels, columns), strides: (tapStride, channelStride, columnStride),
            owner: owner)
    }

    /// The floats of one tap, channels as columns and columns as channels.
    package func transposedTap(_ tap: Int) -> StridedFloats {
        precondition(tap >= 0 && tap < taps, "a tap past the end")
        return unsafe StridedFloats(
            base: base + 4 * tap * tapStride, sizes: (channels, columns, 1),
            strides: (channelStride, columnStride, 1), owner: owner)
    }

    /// Equal parts of the columns in another order.
    package func reordered(_ order: [Int]) -> [StridedFloats] {
        let part = columns / order.count
        return order.map { self.columns(($0 * part)..<(($0 + 1) * part)) }
    }

    /// Some of the columns.
    package func columns(_ range: Range<Int>) -> StridedFloats {
        precondition(range.lowerBound >= 0 && range.upperBound <= columns, "columns past the end")
        return unsafe StridedFloats(
            base: base + 4 * range.lowerBound * columnStride, sizes: (range.count, channels, taps),
            strides: (columnStride, channelStride, tapStride), owner: owner)
    }

    /// The same floats, of whose channels each `taps` neighbours are one channel's taps; so far there is one tap.
    func split(channels: Int, taps: Int) -> StridedFloats {
        precondition(self.taps <= 1 && channels * taps == self.channels, "another number of floats")
        return unsafe StridedFloats(
            base: base, sizes: (columns, channels, taps),
            strides: (columnStride, channelStride * taps, channelStride), owner: owner)
    }

    /// The same floats with each of `slices` equal parts of a channel's taps as a channel; nil where these channels do not
    /// stand equally far apart.
    func merging(slices: Int) -> StridedFloats? {
        precondition(slices >= 1 && taps.isMultiple(of: slices), "slices that do not make up the taps")
        let taps = taps / slices
        guard slices == 1 || channels <= 1 || channelStride == slices * taps * tapStride else { return nil }
        return unsafe StridedFloats(
            base: base, sizes: (columns, channels * slices, taps),
            strides: (columnStride, slices == 1 ? channelStride : taps * tapStride, tapStride), owner: owner)
    }

    /// Where element (column, channel, tap) stands.
    func place(_ column: Int, _ channel: Int, _ tap: Int) -> UnsafeRawPointer {
        unsafe base + 4 * (column * columnStride + channel * channelStride + tap * tapStride)
    }

    /// Element (column, channel, tap).
    func float(_ column: Int, _ channel: Int, _ tap: Int) -> Float {
        unsafe place(column, channel, tap).loadUnaligned(as: Float.self)
    }

    /// Whether the columns follow those of another array in each of its lines.
    func continues(_ other: StridedFloats) -> Bool {
        unsafe columnStride == other.columnStride && channelStride == other.channelStride
            && tapStride == other.tapStride && base == other.base + 4 * other.columns * columnStride
    }

    /// Lets the system have the memory of some channels of one tap, lines that hold all columns.
    func discard(channels: Range<Int>, tap: Int) {
        let start = tap * tapStride
        discard((start + channels.lowerBound * channelStride)..<(start + channels.upperBound * channelStride))
    }

    /// Lets the system have the memory of a range of floats from `base` on, when they are a mapped file's.
    func discard(_ floats: Range<Int>) {
        guard let mapping = owner as? any MappedBytes else { return }
        unsafe mapping.discard(base + 4 * floats.lowerBound, byteCount: 4 * floats.count)
    }

    /// Writes all floats in row-major order, by several threads when there are many.
    package func copy(to target: UnsafeMutablePointer<Float>) {
        guard count > 0 else { return }
        nonisolated(unsafe) let target = unsafe target
        let isPlain = isPlain
        // A plain array is cut into pieces of any length.
        let lines = isPlain ? (count + 0xFFFF) / 0x10000 : (columns + Self.tile - 1) / Self.tile
        ParallelLoop.perform(iterations: lines) { line in
            if isPlain {
                let start = line * 0x10000
                let length = min(0x10000, count - start)
                unsafe UnsafeMutableRawPointer(target + start).copyMemory(from: base + 4 * start, byteCount: 4 * length)
                discard(start..<(start + length))
            } else {
                unsafe copy(columns: (line * Self.tile)..<min((line + 1) * Self.tile, columns), to: target)
            }
        }
    }

    /// Writes some columns where they belong in all of `target`.
    private func copy(columns: Range<Int>, to target: UnsafeMutablePointer<Float>) {
        let rows = channels * taps
        for start in stride(from: 0, to: rows, by: Self.tile) {
            let places = (start..<min(start + Self.tile, rows)).map { row in
                row / taps * channelStride + row % taps * tapStride
            }
            for column in columns {
                let line = unsafe target + (column * rows + start)
                let source = unsafe base + 4 * column * columnStride
                for index in places.indices {
                    unsafe line[index] = source.loadUnaligned(fromByteOffset: 4 * places[index], as: Float.self)
                }
            }
        }
    }
}
