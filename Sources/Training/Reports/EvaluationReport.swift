package import JSON

/// A report on a model's predictions, whatever its task.
package enum EvaluationReport: Sendable, Equatable {
    case classification(ClassificationReport)
    case regression(RegressionReport)

    package init(
        _ predictions: Predictions, options: EvaluationOptions = EvaluationOptions(), slices: [EvaluationSlice] = []
    ) {
        self =
            switch predictions {
            case .classes(let predictions):
                .classification(ClassificationReport(predictions, topK: options.topK, slices: slices))
            case .values(let predictions): .regression(RegressionReport(predictions, slices: slices))
            }
    }

    /// The figures of all rows.
    package var metrics: MetricList {
        switch self {
        case .classification(let report): report.metrics
        case .regression(let report): report.metrics
        }
    }

    /// The metric that says which of two models is better unless the request names one.
    package var standardGoal: MetricGoal {
        switch self {
        case .classification: MetricGoal("accuracy")
        case .regression: MetricGoal("mse")
        }
    }

    /// The report for the API and the card.
    package var json: JSONValue {
        switch self {
        case .classification(let report): report.json
        case .regression(let report): report.json
        }
    }
}
