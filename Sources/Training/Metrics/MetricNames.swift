import JSON

/// The figures that a request may name.
enum MetricNames {
    /// Those of the report on held-out rows.
    private static let ofReports =
        ["accuracy"]
        + ["micro", "macro", "weighted"].flatMap { ["precision_\($0)", "recall_\($0)", "f1_\($0)"] }
        + ["roc_auc", "pr_auc", "log_loss", "calibration_error", "mse", "rmse", "mae", "r2", "max_error"]

    /// Refuses a goal that no epoch has a figure for. Test rows must choose nothing.
    static func checkEpochs(_ goal: MetricGoal, path: String) throws(FieldError) {
        try check(goal, of: RunningMetrics.names, splits: [.train, .validation], path: path)
    }

    /// Refuses a goal that no report on held-out rows has a figure for.
    static func checkReports(_ goal: MetricGoal, path: String) throws(FieldError) {
        let isTopK = [Split.validation, .test].contains { goal.name.hasPrefix("\($0.rawValue)_top_") }
        if isTopK, goal.name.hasSuffix("_accuracy") { return }
        try check(goal, of: ofReports, splits: [.validation, .test], path: path)
    }

    private static func check(
        _ goal: MetricGoal, of names: [String], splits: [Split], path: String
    ) throws(FieldError) {
        let isKnown = splits.contains { split in names.contains { goal.name == "\(split.rawValue)_\($0)" } }
        guard !isKnown else { return }
        let prefixes = splits.map { "\"\($0.rawValue)_\"" }.joined(separator: " or ")
        throw FieldError(
            path: path, expected: "\(prefixes) and one of \(names.joined(separator: ", "))", found: "\"\(goal.name)\"")
    }
}
