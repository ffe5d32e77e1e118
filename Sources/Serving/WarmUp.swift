import Tensors

/// A plan that has run, and what one row costs on it.
struct WarmUp: Sendable {
    let bindings: [String: Int]
    let plan: any BatchPlan
    let rowNanoseconds: Double

    /// Runs one row a few times on the calling thread.
    ///
    /// The cost is the median of five runs after a first one, or of fewer once they took 50 ms.
    /// - Parameters:
    ///   - bindings: The free sizes of the plan.
    ///   - plan: What runs.
    ///   - inputs: A row of each input, from the first float on.
    ///   - clock: Measures.
    init(bindings: [String: Int], plan: any BatchPlan, rows inputs: [AlignedStorage], clock: MonotonicClock) {
        self.bindings = bindings
        self.plan = plan
        let outputs = plan.outputSizes.map { AlignedStorage(floatCount: $0) }
        var samples: [UInt64] = []
        let begin = clock.nanoseconds()
        for round in 0...5 {
            let start = clock.nanoseconds()
            unsafe plan.run(
                rows: 1, inputs: inputs.map { unsafe UnsafePointer($0.floats) },
                outputs: outputs.map { unsafe $0.floats }, parallel: false)
            let end = clock.nanoseconds()
            // The first run touches memory for the first time, and counts only when it is the only one.
            if round == 1 { samples.removeAll() }
            samples.append(end &- start)
            if end &- begin > 50_000_000 { break }
        }
        rowNanoseconds = Double(samples.sorted()[samples.count / 2])
    }
}
