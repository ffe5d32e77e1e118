package import JSON

/// What is to be known about a classifier's predictions.
package struct ClassificationReport: Sendable, Equatable {
    package let classes: [String]
    package let confusion: ConfusionMatrix
    /// The figures of all rows: `accuracy`, `precision_macro`, …
    package let metrics: MetricList
    /// Area under the ROC curve of every class against the others; NaN for a class that no row or every row has.
    package let rocAUC: [Double]
    /// Average precision of every class against the others.
    package let averagePrecision: [Double]
    /// The figures of each slice.
    package let slices: [SliceReport]

    /// Computes everything.
    /// - Parameters:
    ///   - predictions: of all rows.
    ///   - topK: the k of top-k accuracy, which is left out when there are not more classes.
    ///   - slices: rows to report on by themselves, too.
    package init(_ predictions: ClassPredictions, topK: Int = 5, slices: [EvaluationSlice] = []) {
        classes = predictions.classes
        confusion = ConfusionMatrix(predictions)
        let rankings = classes.indices.map { Self.ranking(predictions, of: $0) }
        rocAUC = rankings.map(\.rocAUC)
        averagePrecision = rankings.map(\.averagePrecision)
        var metrics: MetricList = ["accuracy": confusion.accuracy]
        for (name, scores) in [
            ("micro", confusion.micro), ("macro", confusion.macro), ("weighted", confusion.weighted),
        ] {
            metrics["precision_\(name)"] = scores.precision
            metrics["recall_\(name)"] = scores.recall
            metrics["f1_\(name)"] = scores.f1
        }
        metrics["roc_auc"] = Self.overall(rocAUC)
        metrics["pr_auc"] = Self.overall(averagePrecision)
        metrics["log_loss"] = ProbabilityMetrics.logLoss(predictions)
        metrics["calibration_error"] = ProbabilityMetrics.calibrationError(predictions)
        if topK > 1, topK < classes.count {
            metrics["top_\(topK)_accuracy"] = ProbabilityMetrics.topK(predictions, k: topK)
        }
        self.metrics = metrics
        self.slices = slices.map { slice in
            let report = ClassificationReport(predictions.selecting(slice.rows), topK: topK)
            return SliceReport(name: slice.name, rows: slice.rows.count, metrics: report.metrics)
        }
    }

    /// How well a class's probability tells its rows from the others.
    private static func ranking(
        _ predictions: ClassPredictions, of index: Int
    ) -> (rocAUC: Double, averagePrecision: Double) {
        let count = predictions.classes.count
        let scores = (0..<predictions.rows).map { predictions.probabilities[$0 * count + index] }
        let isPositive = predictions.targets.map { $0 == index }
        return (
            RankingMetrics.rocAUC(scores: scores, isPositive: isPositive),
            RankingMetrics.averagePrecision(scores: scores, isPositive: isPositive)
        )
    }

    /// Of two classes the second one's, of more the mean over those that have one.
    private static func overall(_ values: [Double]) -> Double {
        if values.count == 2 { return values[1] }
        let known = values.filter { !$0.isNaN }
        return known.reduce(0, +) / Double(known.count)
    }

    /// The report for the API and the card.
    package var json: JSONValue {
        let perClass = classes.enumerated().map { index, name in
            let scores = confusion.scores(index)
            return [
                "class": .string(name), "rows": .integer(confusion.support(index)),
                "precision": JSONValue(finite: scores.precision), "recall": JSONValue(finite: scores.recall),
                "f1": JSONValue(finite: scores.f1), "roc_auc": JSONValue(finite: rocAUC[index]),
                "pr_auc": JSONValue(finite: averagePrecision[index]),
            ] as JSONValue
        }
        return JSONValue(members: [
            ("task", "classification"), ("rows", .integer(confusion.rows)), ("metrics", metrics.json),
            ("classes", .array(perClass)), ("confusion_matrix", confusion.json),
            ("slices", SliceReport.json(slices)),
        ])
    }
}
