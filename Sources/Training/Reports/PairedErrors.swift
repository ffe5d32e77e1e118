package import JSON

/// Two regressions on the same rows, by the squared errors of each row.
package struct PairedErrors: Sendable, Equatable {
    package let rows: Int
    /// The second one's mean squared error less the first one's.
    package let difference: Double
    /// Where the difference lies with 95 % confidence, by the normal distribution of means; NaN below two rows.
    package let interval: (low: Double, high: Double)

    /// Compares the models' squared errors of each row.
    package init(first: [Double], second: [Double]) {
        precondition(first.count == second.count, "the same rows")
        let differences = zip(first, second).map { $1 - $0 }
        let count = Double(differences.count)
        rows = differences.count
        let mean = differences.reduce(0, +) / count
        let squares = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let margin = rows < 2 ? .nan : 1.959_963_984_540_054 * (squares / (count - 1) / count).squareRoot()
        difference = mean
        interval = (mean - margin, mean + margin)
    }

    package static func == (first: PairedErrors, second: PairedErrors) -> Bool {
        first.rows == second.rows && first.difference == second.difference && first.interval == second.interval
    }

    /// The comparison for the API.
    package var json: JSONValue {
        [
            "rows": .integer(rows), "mse_difference": JSONValue(finite: difference),
            "interval_95": [JSONValue(finite: interval.low), JSONValue(finite: interval.high)],
        ]
    }
}
