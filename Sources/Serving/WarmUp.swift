import Tensors

/// A plan that has run, and what a row costs on it.
struct WarmUp: Sendable {
    let bindings: [String: Int]
    let plan: any BatchPlan
    var cost: RowCost

    /// Rows of the batch that is measured.
    private static let batchRows = 16
    /// Above this cost nothing would run inline, and the batch is not measured. Nanoseconds.
    private static let maxRowNanoseconds = 100_000.0

    /// Runs one row a few times on the calling thread, and a cheap row also sixteenfold.
    /// - Parameters:
    ///   - bindings: The free sizes of the plan.
    ///   - plan: What runs.
    ///   - inputs: A row of each input, from the first float on.
    ///   - clock: Measures.
    init(bindings: [String: Int], plan: any BatchPlan, rows inputs: [AlignedStorage], clock: MonotonicClock) {
        self.bindings = bindings
        self.plan = plan
        let alone = Self.measure(plan, rows: 1, inputs, clock)
        guard alone <= Self.maxRowNanoseconds else {
            cost = RowCost(alone: alone)
            return
        }
        let batch = zip(inputs, plan.inputSizes).map { storage, size in
            let copies = AlignedStorage(floatCount: size * Self.batchRows)
            for row in 0..<Self.batchRows {
                unsafe (copies.floats + row * size).update(from: storage.floats, count: size)
            }
            return copies
        }
        let batched = Self.measure(plan, rows: Self.batchRows, batch, clock) / Double(Self.batchRows)
        cost = RowCost(alone: alone, batched: batched)
    }

    /// Nanoseconds of a run: the median of five after a first one, or of fewer once they took 50 ms.
    private static func measure(
        _ plan: any BatchPlan, rows: Int, _ inputs: [AlignedStorage], _ clock: MonotonicClock
    ) -> Double {
        let outputs = plan.outputSizes.map { AlignedStorage(floatCount: $0 * rows) }
        var samples: [UInt64] = []
        let begin = clock.nanoseconds()
        for round in 0...5 {
            let start = clock.nanoseconds()
            unsafe plan.run(
                rows: rows, inputs: inputs.map { unsafe UnsafePointer($0.floats) },
                outputs: outputs.map { unsafe $0.floats }, parallel: false)
            let end = clock.nanoseconds()
            // The first run touches memory for the first time, and counts only when it is the only one.
            if round == 1 { samples.removeAll() }
            samples.append(end &- start)
            if end &- begin > 50_000_000 { break }
        }
        return Double(samples.sorted()[samples.count / 2])
    }
}
