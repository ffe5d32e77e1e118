import Preprocessing

/// Reads samples with their targets from disk.
struct SampleReader {
    let input: RowInput
    let preprocessing: Preprocessing
    let targets: TargetReader

    /// Rows from a window's first to that of its target.
    private var targetOffset: Int { input.window.map { $0.length - 1 + $0.horizon } ?? 0 }

    /// Reads a sample of a split; returns its length.
    func read(
        _ index: SampleIndex, _ sample: Int, _ split: Split, into output: UnsafeMutablePointer<Float>,
        target: UnsafeMutablePointer<Float>
    ) throws(DatasetError) -> Int {
        let row = index[sample]
        let length = try unsafe input.sample(index.part, row, preprocessing, into: output)
        for place in 0..<preprocessing.sampleCount where unsafe !output[place].isFinite {
            throw .row(
                index.part, row, field: "[\(place)]", expected: "a finite number (there is no impute step)",
                found: "\(unsafe output[place])")
        }
        let cells = try input.reader[index.part].cells(row + targetOffset, columns: targets.columns)
        try unsafe targets.read(cells, split: index.part, row: row + targetOffset, into: target)
        return length
    }

    /// All samples of a split.
    func cache(_ index: SampleIndex, _ split: Split) throws(DatasetError) -> SampleCache {
        try unsafe SampleCache(
            samples: index.count, width: preprocessing.sampleCount, targetWidth: targets.target.width
        ) { sample, output, target throws(DatasetError) in
            try unsafe read(index, sample, split, into: output, target: target)
        }
    }

    /// Reads all samples for nothing but their errors.
    func check(_ index: SampleIndex, _ split: Split) throws(DatasetError) {
        let room = preprocessing.sampleCount + targets.target.width
        try unsafe withUnsafeTemporaryAllocation(of: Float.self, capacity: room) { buffer throws(DatasetError) in
            guard let base = buffer.baseAddress else { return }
            for sample in 0..<index.count {
                _ = try unsafe read(
                    index, sample, split, into: base, target: base + preprocessing.sampleCount)
            }
        }
    }

    /// Reads the targets of all samples of a split.
    func forEachTarget(
        _ index: SampleIndex, _ body: (_ row: Int, [Float]) throws(DatasetError) -> Void
    ) throws(DatasetError) {
        var values = [Float](repeating: 0, count: targets.target.width)
        for sample in 0..<index.count {
            let row = index[sample] + targetOffset
            let cells = try input.reader[index.part].cells(row, columns: targets.columns)
            try unsafe targets.read(cells, split: index.part, row: row, into: &values)
            try body(row, values)
        }
    }

    /// Counts the samples of each class.
    func count(_ index: SampleIndex, into counts: inout [Int]) throws(DatasetError) {
        try forEachTarget(index) { _, target in counts[Int(target[0])] += 1 }
    }
}
