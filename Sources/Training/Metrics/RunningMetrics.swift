package import JSON

/// The figures of an epoch so far, batch by batch: the mean loss, and the share of right classes or the mean absolute
/// error.
package struct RunningMetrics: Sendable, Equatable {
    private let isClassifier: Bool
    private var rows = 0
    private var loss = 0.0
    private var hits = 0
    private var error = 0.0

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
                let isHit = unsafe Self.isHit(output, target, isFromLogits: isFromLogits)
                hits += isHit ? 1 : 0
            } else {
                var sum = 0.0
                for column in 0..<columns { unsafe sum += Double(abs(output[column] - target[column])) }
                error += sum / Double(columns)
            }
        }
    }

    /// `loss` and `accuracy` or `mae`; empty without rows.
    package var values: MetricList {
        guard rows > 0 else { return [:] }
        let count = Double(rows)
        return isClassifier
            ? ["loss": loss / count, "accuracy": Double(hits) / count] : ["loss": loss / count, "mae": error / count]
    }

    private static func isHit(
        _ output: UnsafeBufferPointer<Float>, _ target: UnsafeBufferPointer<Float>, isFromLogits: Bool
    ) -> Bool {
        if output.count == 1 { return unsafe (output[0] > (isFromLogits ? 0 : 0.5)) == (target[0] > 0.5) }
        let index = unsafe target.count == 1 ? target[0] : Float(largest(target))
        return unsafe Float(largest(output)) == index
    }

    private static func largest(_ values: UnsafeBufferPointer<Float>) -> Int {
        var (best, index) = (-Float.infinity, 0)
        for position in values.indices {
            let value = unsafe values[position]
            if value > best { (best, index) = (value, position) }
        }
        return index
    }

    /// What has been counted. The sums are finite as long as training is; a sum that is not reads back as NaN.
    package var state: JSONValue {
        [
            "rows": .integer(rows), "loss": JSONValue(finite: loss), "hits": .integer(hits),
            "error": JSONValue(finite: error),
        ]
    }

    /// Goes back to a saved state.
    package mutating func restore(_ state: JSONValue) throws(FieldError) {
        let all = -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude
        var fields = try JSONFields(state, path: "metrics")
        rows = try fields.required("rows", fields.integer("rows", in: 0...Int.max))
        hits = try fields.required("hits", fields.integer("hits", in: 0...Int.max))
        loss = try fields.number("loss", in: all) ?? .nan
        error = try fields.number("error", in: all) ?? .nan
        try fields.finish()
    }
}
