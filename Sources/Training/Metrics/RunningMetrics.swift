package import JSON

/// The figures of an epoch so far, batch by batch: `loss`, and `accuracy` and `f1_macro` of a classifier or `mae`, `mse`
/// and `r2` of a regression.
package struct RunningMetrics: Sendable, Equatable {
    /// The names of the figures, whatever the task.
    package static let names = ["loss", "accuracy", "f1_macro", "mae", "mse", "r2"]

    private let isClassifier: Bool
    private var rows = 0
    private var loss = 0.0
    private var classes = RunningClasses()
    private var errors = RunningErrors()

    /// - Parameter isClassifier: whether targets are classes; values otherwise.
    package init(isClassifier: Bool) { self.isClassifier = isClassifier }

    /// Takes a batch.
    /// - Parameters:
    ///   - lossSum: Σ of the rows' losses, what `Loss.evaluate` returns.
    ///   - outputs: [rows, columns]
    ///   - targets: [rows, targetColumns]: class indices with one column.
    ///   - rows: of the batch.
    ///   - columns: outputs of a row.
    ///   - targetColumns: 1, or `columns`.
    ///   - isFromLogits: whether a classifier's only output is a logit, not a probability.
    package mutating func add(
        lossSum: Double, outputs: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int,
        targetColumns: Int, isFromLogits: Bool
    ) {
        self.rows += rows
        loss += lossSum
        for row in 0..<rows {
            let output = unsafe UnsafeBufferPointer(start: outputs + row * columns, count: columns)
            let target = unsafe UnsafeBufferPointer(start: targets + row * targetColumns, count: targetColumns)
            if isClassifier {
                unsafe classes.add(output: output, target: target, isFromLogits: isFromLogits)
            } else {
                unsafe errors.add(output: output, target: target)
            }
        }
    }

    /// The figures; none without rows.
    package var values: MetricList {
        guard rows > 0 else { return [:] }
        let loss: MetricList = ["loss": loss / Double(rows)]
        return loss + (isClassifier ? classes.metrics(rows: rows) : errors.metrics(rows: rows))
    }

    /// What has been counted. The sums are finite as long as training is; a sum that is not reads back as NaN.
    package var state: JSONValue {
        [
            "rows": .integer(rows), "loss": JSONValue(finite: loss),
            "counts": isClassifier ? classes.state : errors.state,
        ]
    }

    /// Goes back to a saved state.
    package mutating func restore(_ state: JSONValue) throws(FieldError) {
        var fields = try JSONFields(state, path: "metrics")
        rows = try fields.required("rows", fields.integer("rows", in: 0...Int.max))
        loss = try fields.finiteNumber("loss") ?? .nan
        let counts = try fields.required("counts", fields.fields("counts"))
        if isClassifier {
            classes = try RunningClasses(counts)
        } else {
            errors = try RunningErrors(counts)
        }
        try fields.finish()
    }
}

extension JSONFields {
    /// A number of any size; nil for null.
    mutating func finiteNumber(_ name: String) throws(FieldError) -> Double? {
        try number(name, in: -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude)
    }
}
