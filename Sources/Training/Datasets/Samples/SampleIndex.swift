/// The rows that make the samples of one split.
struct SampleIndex: Sendable {
    /// Where the rows are stored.
    let part: Split
    /// The row of each sample, of windows their first; nil for all rows in order.
    private let rows: [UInt32]?
    let count: Int

    /// All rows of a part.
    init(all part: Split, count: Int) {
        (self.part, self.count) = (part, count)
        rows = nil
    }

    /// Some rows of a part.
    init(_ part: Split, rows: [UInt32]) {
        (self.part, self.rows) = (part, rows)
        count = rows.count
    }

    subscript(sample: Int) -> Int {
        precondition(sample >= 0 && sample < count, "no sample \(sample)")
        return rows.map { Int($0[sample]) } ?? sample
    }
}
