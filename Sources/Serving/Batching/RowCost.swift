/// Measured nanoseconds of one row on one thread, and whether rows become cheaper together.
struct RowCost: Sendable, Equatable {
    /// Of a row computed alone; nil until a run was measured.
    private(set) var alone: Double?
    /// Of a row among many; nil until a batch was measured.
    private(set) var batched: Double?

    /// Fewest rows of a run that counts as a batch.
    static let batchRows = 8

    init(alone: Double? = nil, batched: Double? = nil) {
        self.alone = alone
        self.batched = batched
    }

    /// Whether a batch is worth waiting for: a row costs less than two thirds of what it costs alone, as where
    /// the time goes into reading weights.
    var gainsByBatching: Bool {
        guard let alone, let batched else { return false }
        return batched * 1.5 < alone
    }

    /// What one run should take at least, in nanoseconds, on each thread: with runs of half of that, requests of 16 digits
    /// over 32 connections were 0.94 times as many a second, with runs of a quarter 0.86 times.
    private static let worthwhileRun = 1_000_000.0

    /// Rows of a batch from which on a larger one hardly gains: what each thread does once for all its rows, such as
    /// reading weights, is a twentieth of the time, and so is what a run costs besides. All rows of a batch are answered
    /// when the last one is computed, so that a larger one only keeps them waiting.
    /// - Parameter threads: Those that a batch is divided between.
    /// - Returns: The rows of all threads; nil when the costs are not known.
    func worthwhileRows(threads: Int) -> Int? {
        guard let alone, let batched, batched > 0 else { return nil }
        let rows = max(20 * (alone - batched) / batched, Self.worthwhileRun / batched, 1)
        return rows < 1_000_000 ? Int(rows.rounded(.up)) * threads : nil
    }

    /// Moves the costs towards a new measurement. The first one counts whole. Of the later ones a lower one counts a
    /// quarter; a higher one a sixty-fourth, and at most four times the old cost: what is measured is wall-clock time,
    /// which others on the processor can lengthen and nobody can shorten. If runs that lost their processor for a while
    /// counted as much, a busy machine would make a cheap model look dear, and it would be handed to workers, which makes
    /// the machine busier still.
    mutating func observe(_ run: RunRecord) {
        let sample = run.rowNanoseconds
        if run.largestRows >= Self.batchRows {
            Self.move(&batched, towards: sample)
            if alone == nil { alone = sample }
        } else if run.largestRows <= 2 || alone == nil {
            Self.move(&alone, towards: sample)
        }
    }

    private static func move(_ cost: inout Double?, towards sample: Double) {
        guard let old = cost else {
            cost = sample
            return
        }
        cost = old + (min(sample, 4 * old) - old) / (sample < old ? 4 : 64)
    }
}
