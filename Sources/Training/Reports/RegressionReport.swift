package import JSON

/// What is to be known about predicted values.
package struct RegressionReport: Sendable, Equatable {
    package let rows: Int
    package let columns: [String]
    /// The mean over the columns: `mse`, `rmse`, `mae`, `r2`, `max_error`.
    package let metrics: MetricList
    /// The figures of every column by itself.
    package let columnMetrics: [MetricList]
    /// The figures of each slice.
    package let slices: [SliceReport]

    package init(_ predictions: ValuePredictions, slices: [EvaluationSlice] = []) {
        rows = predictions.rows
        columns = predictions.columns
        let each = columns.indices.map { Self.metrics(predictions, column: $0) }
        columnMetrics = each
        var metrics = MetricList()
        for entry in each[0].entries {
            let values = each.compactMap { $0[entry.name] }
            metrics[entry.name] =
                entry.name == "max_error"
                ? values.reduce(0) { $1 > $0 || $1.isNaN ? $1 : $0 }
                : values.reduce(0, +) / Double(values.count)
        }
        metrics["rmse"] = metrics["mse"]?.squareRoot()
        self.metrics = metrics
        self.slices = slices.map { slice in
            let report = RegressionReport(predictions.selecting(slice.rows))
            return SliceReport(name: slice.name, rows: slice.rows.count, metrics: report.metrics)
        }
    }

    private static func metrics(_ predictions: ValuePredictions, column: Int) -> MetricList {
        let rows = predictions.rows
        let errors = (0..<rows).map { predictions.error($0, column) }
        let squares = errors.reduce(0) { $0 + $1 * $1 }
        let targets = (0..<rows).map { Double(predictions.targets[$0 * predictions.columns.count + column]) }
        let mean = targets.reduce(0, +) / Double(rows)
        let spread = targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let mse = squares / Double(rows)
        // Of one row, or of equal targets, nothing can be explained: scikit-learn's convention.
        let r2 = rows < 2 ? .nan : spread == 0 ? (squares == 0 ? 1 : 0) : 1 - squares / spread
        return [
            "mse": mse, "rmse": mse.squareRoot(), "mae": errors.reduce(0) { $0 + abs($1) } / Double(rows), "r2": r2,
            "max_error": rows == 0 ? .nan : errors.reduce(0) { abs($1) > $0 || $1.isNaN ? abs($1) : $0 },
        ]
    }

    /// The report for the API and the card.
    package var json: JSONValue {
        let perColumn = zip(columns, columnMetrics).map { name, metrics in
            ["column": .string(name), "metrics": metrics.json] as JSONValue
        }
        return JSONValue(members: [
            ("task", "regression"), ("rows", .integer(rows)), ("metrics", metrics.json),
            ("columns", .array(perColumn)), ("slices", SliceReport.json(slices)),
        ])
    }
}
