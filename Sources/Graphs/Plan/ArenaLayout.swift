/// Places buffers with known lifetimes in one block of memory, so that buffers that are never alive together share it.
struct ArenaLayout {
    /// A buffer that is alive from the step that writes it to the last step that reads it.
    struct Buffer {
        var floats: Int
        var lifetime: ClosedRange<Int>
    }

    /// Where each buffer starts, in floats; a multiple of 16, so that it is aligned to a cache line.
    let offsets: [Int]
    /// Floats of the whole block.
    let floatCount: Int

    /// First fit, largest buffers first (the greedy-by-size strategy of Pisarchyk & Lee 2020, arXiv:2001.03288).
    init(_ buffers: [Buffer]) {
        var offsets = [Int](repeating: 0, count: buffers.count)
        var placed: [(range: Range<Int>, lifetime: ClosedRange<Int>)] = []
        var end = 0
        for index in buffers.indices.sorted(by: { buffers[$0].floats > buffers[$1].floats }) {
            let size = (buffers[index].floats + 15) / 16 * 16
            var start = 0
            for other in placed where other.lifetime.overlaps(buffers[index].lifetime) {
                if start + size <= other.range.lowerBound { break }
                start = max(start, other.range.upperBound)
            }
            offsets[index] = start
            let position = placed.firstIndex { $0.range.lowerBound > start } ?? placed.count
            placed.insert((start..<(start + size), buffers[index].lifetime), at: position)
            end = max(end, start + size)
        }
        self.offsets = offsets
        floatCount = end
    }
}
