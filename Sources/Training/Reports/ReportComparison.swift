package import JSON

/// Two models on the same rows: every figure of both, and how sure the difference is.
package struct ReportComparison: Sendable {
    /// One figure of both.
    package struct Change: Sendable, Equatable {
        package let name: String
        package let baseline: Double
        package let candidate: Double
        /// Whether the candidate's is better; nil when it is neither better nor worse.
        package let isBetter: Bool?
    }

    /// The figures that both have.
    package let changes: [Change]
    private let paired: JSONValue

    /// - Parameters:
    ///   - baseline: of the version that is there.
    ///   - candidate: of the version that is to be judged, on the same rows in the same order.
    /// - Throws: when the models have not the same task, classes or rows.
    package init(baseline: Predictions, candidate: Predictions) throws(FieldError) {
        let paired: JSONValue
        switch (baseline, candidate) {
        case (.classes(let first), .classes(let second)):
            guard first.classes == second.classes else {
                throw Self.error(
                    "the classes \(first.classes.joined(separator: ", "))", second.classes.joined(separator: ", "))
            }
            guard first.targets == second.targets else { throw Self.error("the same rows", "others") }
            let hits = [first, second].map { one in one.targets.indices.map { one.prediction($0) == one.targets[$0] } }
            paired = PairedComparison(first: hits[0], second: hits[1]).json
        case (.values(let first), .values(let second)):
            guard first.columns == second.columns, first.targets == second.targets else {
                throw Self.error("the same rows and values", "others")
            }
            paired =
                PairedErrors(
                    first: (0..<first.rows).map { first.squaredError($0) },
                    second: (0..<second.rows).map { second.squaredError($0) }
                ).json
        case (.classes, .values): throw Self.error("a classifier", "a regression")
        case (.values, .classes): throw Self.error("a regression", "a classifier")
        }
        self.paired = paired
        let candidateMetrics = EvaluationReport(candidate).metrics
        changes = EvaluationReport(baseline).metrics.entries.compactMap { entry in
            candidateMetrics[entry.name].map { Change(entry.name, baseline: entry.value, candidate: $0) }
        }
    }

    /// The comparison for the API.
    package var json: JSONValue {
        let metrics = changes.map { change in
            JSONMember(
                change.name,
                [
                    "baseline": JSONValue(finite: change.baseline), "candidate": JSONValue(finite: change.candidate),
                    "difference": JSONValue(finite: change.candidate - change.baseline),
                    "better": change.isBetter.map { .bool($0) } ?? .null,
                ])
        }
        return ["metrics": .object(metrics), "paired": paired]
    }

    private static func error(_ expected: String, _ found: String) -> FieldError {
        FieldError(path: "compare_with", expected: expected, found: found)
    }
}

extension ReportComparison.Change {
    init(_ name: String, baseline: Double, candidate: Double) {
        self.name = name
        self.baseline = baseline
        self.candidate = candidate
        let goal = MetricGoal(name)
        isBetter =
            goal.isBetter(candidate, than: baseline)
            ? true : goal.isBetter(baseline, than: candidate) ? false : nil
    }
}
