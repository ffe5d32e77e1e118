package import JSON

/// Watches a metric over the epochs: which was the best, and when to stop.
///
///     let verdict = stopping.observe(metric, epoch: epoch)
///     if verdict.isBest { best = parameters }
///     if verdict.shouldStop { break }
package struct EarlyStopping: Sendable, Equatable {
    /// What an epoch means for the training.
    package struct Verdict: Sendable, Equatable {
        /// Whether the epoch is the best so far: its weights are the ones to keep.
        package let isBest: Bool
        package let shouldStop: Bool
    }

    package let options: EarlyStoppingOptions
    /// The best epoch so far, from 0.
    package private(set) var bestEpoch: Int?
    /// The metric of that epoch.
    package private(set) var best: Double?
    private var waited = 0

    package init(_ options: EarlyStoppingOptions) { self.options = options }

    /// Takes the metric of one more epoch. NaN and infinity are no improvement, nil (the metric is not known) counts as nothing.
    /// Epochs count from 0.
    package mutating func observe(_ metric: Double?, epoch: Int) -> Verdict {
        guard let metric, epoch >= options.firstEpoch else { return Verdict(isBest: false, shouldStop: false) }
        if metric.isFinite, options.goal.isBetter(metric, than: best ?? .nan, by: options.minimumChange) {
            (best, bestEpoch, waited) = (metric, epoch, 0)
            return Verdict(isBest: true, shouldStop: false)
        }
        waited += 1
        return Verdict(isBest: false, shouldStop: waited >= options.patience)
    }

    /// What later verdicts depend on.
    package var state: JSONValue {
        JSONValue(members: [
            ("best", best.map { JSONValue(finite: $0) }), ("best_epoch", bestEpoch.map { .integer($0) }),
            ("waited", .integer(waited)),
        ])
    }

    /// Goes back to a saved state.
    package mutating func restore(_ state: JSONValue) throws(FieldError) {
        var fields = try JSONFields(state, path: "early_stopping")
        best = try fields.number("best", in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
        bestEpoch = try fields.integer("best_epoch", in: 0...Int.max)
        waited = try fields.required("waited", fields.integer("waited", in: 0...Int.max))
        try fields.finish()
    }
}
