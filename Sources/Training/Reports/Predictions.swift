/// A model's predictions for some rows of a dataset, whatever its task.
///
///     var predictions = Predictions(classes: classes, values: values)
///     for batch in test { predictions.append(outputs: …) }
///     let report = EvaluationReport(predictions, options: options, slices: slices)
package enum Predictions: Sendable, Equatable {
    case classes(ClassPredictions)
    case values(ValuePredictions)

    /// No rows yet.
    /// - Parameters:
    ///   - classes: the classes of the target; nil when it is values.
    ///   - values: the names of the values otherwise.
    package init(classes: [String]?, values: [String] = []) {
        self =
            if let classes { .classes(ClassPredictions(classes: classes)) } else {
                .values(ValuePredictions(columns: values))
            }
    }

    /// Rows so far.
    package var rows: Int {
        switch self {
        case .classes(let predictions): predictions.rows
        case .values(let predictions): predictions.rows
        }
    }

    /// Takes a batch of a model's outputs.
    /// - Parameters:
    ///   - outputs: [rows, columns]
    ///   - targets: [rows, targetColumns]
    ///   - rows: of the batch.
    ///   - columns: outputs of a row.
    ///   - targetColumns: targets of a row.
    ///   - isFromLogits: whether the outputs of a classifier come before its softmax or sigmoid.
    package mutating func append(
        outputs: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int, columns: Int, targetColumns: Int,
        isFromLogits: Bool
    ) {
        // The empty value lets go of the arrays, which then grow in place.
        switch self {
        case .classes(var predictions):
            self = .classes(ClassPredictions(classes: predictions.classes))
            unsafe predictions.append(
                outputs: outputs, targets: targets, rows: rows, columns: columns, targetColumns: targetColumns,
                isFromLogits: isFromLogits)
            self = .classes(predictions)
        case .values(var predictions):
            precondition(
                columns == targetColumns && columns == predictions.columns.count, "an output for every value")
            self = .values(ValuePredictions(columns: predictions.columns))
            unsafe predictions.append(outputs: outputs, targets: targets, rows: rows)
            self = .values(predictions)
        }
    }
}
