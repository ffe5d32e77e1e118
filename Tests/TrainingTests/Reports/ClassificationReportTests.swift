import JSON
import Testing
import Training

struct ClassificationReportTests {
    /// Forty rows of three classes, by formulas that NumPy and Swift compute to the same bits.
    static let predictions: ClassPredictions = {
        var predictions = ClassPredictions(classes: ["a", "b", "c"])
        for row in 0..<40 {
            let weights = (0..<3).map { Float((row * 31 + $0 * 17 + row * $0 % 5 * 7) % 13 + 1) }
            let sum = weights.reduce(0, +)
            let best = weights.indices.reduce(0) { weights[$1] > weights[$0] ? $1 : $0 }
            predictions.append(
                target: row % 4 == 0 ? best : (row * 7 + row / 3) % 3, probabilities: weights.map { $0 / sum })
        }
        return predictions
    }()

    /// What scikit-learn 1.9 says of them; the calibration error by NumPy over 15 bins.
    static let references: [(name: String, value: Double)] = [
        ("accuracy", 0.625), ("precision_micro", 0.625), ("recall_micro", 0.625), ("f1_micro", 0.625),
        ("precision_macro", 0.660968660968661), ("recall_macro", 0.6286324786324786),
        ("f1_macro", 0.623942652329749), ("precision_weighted", 0.6754273504273505), ("recall_weighted", 0.625),
        ("f1_weighted", 0.6276774193548388), ("roc_auc", 0.7278111518111517), ("pr_auc", 0.5948422973803299),
        ("log_loss", 0.9590845108032227), ("top_2_accuracy", 0.8), ("calibration_error", 0.13174659535288813),
    ]

    static let report = ClassificationReport(predictions, topK: 2)

    @Test(arguments: references) func figuresAreScikitLearns(reference: (name: String, value: Double)) throws {
        let value = try #require(Self.report.metrics[reference.name])
        // scikit-learn takes the logarithms of the log-loss in float32.
        #expect(abs(value - reference.value) < (reference.name == "log_loss" ? 1e-7 : 1e-12), "\(value)")
    }

    @Test func figuresOfClassesAreScikitLearns() {
        let report = Self.report
        #expect(report.confusion.counts == [[7, 5, 0], [2, 10, 1], [4, 3, 8]])
        let expected = [
            (0.53846154, 0.58333333, 0.56), (0.55555556, 0.76923077, 0.64516129), (0.88888889, 0.53333333, 0.66666667),
        ]
        for (index, scores) in expected.enumerated() {
            #expect(abs(report.confusion.scores(index).precision - scores.0) < 1e-8)
            #expect(abs(report.confusion.scores(index).recall - scores.1) < 1e-8)
            #expect(abs(report.confusion.scores(index).f1 - scores.2) < 1e-8)
        }
        for (value, expected) in zip(report.rocAUC, [0.6904761904761905, 0.764957264957265, 0.728]) {
            #expect(abs(value - expected) < 1e-12)
        }
        let precisions = [0.5205758251777521, 0.5663198667458302, 0.6976312002174071]
        for (value, expected) in zip(report.averagePrecision, precisions) { #expect(abs(value - expected) < 1e-12) }
    }

    @Test func twoClassesAreJudgedByTheSecond() {
        let scores: [Float] = [0.1, 0.4, 0.35, 0.8, 0.4, 0.9, 0.8, 0.2]
        var predictions = ClassPredictions(classes: ["no", "yes"])
        predictions.append(
            outputs: scores, targets: [0, 0, 1, 1, 1, 1, 0, 0], rows: 8, columns: 1, targetColumns: 1,
            isFromLogits: false)
        let report = ClassificationReport(predictions)
        #expect(report.metrics["roc_auc"] == 0.75)
        #expect(abs((report.metrics["pr_auc"] ?? 0) - 0.7333333333333333) < 1e-12)
        #expect(abs((report.metrics["log_loss"] ?? 0) - 0.5929230768944069) < 1e-6)
        #expect(!report.metrics.entries.contains { $0.name.hasPrefix("top_") })
    }

    @Test func topOneIsTheAccuracyEvenWithEqualProbabilities() {
        var predictions = ClassPredictions(classes: ["a", "b", "c"])
        predictions.append(target: 0, probabilities: [0.4, 0.4, 0.2])
        predictions.append(target: 1, probabilities: [0.4, 0.4, 0.2])
        #expect(ConfusionMatrix(predictions).accuracy == 0.5)
        #expect(ProbabilityMetrics.topK(predictions, k: 1) == 0.5)
        #expect(ProbabilityMetrics.topK(predictions, k: 2) == 1)
    }

    @Test func slicesHaveFiguresOfTheirOwn() throws {
        let slices = [
            EvaluationSlice("even", rows: Array(stride(from: 0, to: 40, by: 2))), EvaluationSlice("none", rows: []),
        ]
        let report = ClassificationReport(Self.predictions, topK: 2, slices: slices)
        let alone = ClassificationReport(Self.predictions.selecting(slices[0].rows), topK: 2)
        #expect(report.slices[0].name == "even" && report.slices[0].rows == 20)
        #expect(report.slices[0].metrics == alone.metrics)
        #expect(report.slices[1].metrics["accuracy"]?.isNaN == true)
        #expect(report.json["slices"]?.array?[1]["metrics"]?["accuracy"] == .null)
    }

    @Test func whatCannotBeKnownIsNull() throws {
        var predictions = ClassPredictions(classes: ["a", "b", "c"])
        predictions.append(target: 0, probabilities: [0.5, 0.25, 0.25])
        let report = ClassificationReport(predictions)
        #expect(report.json["metrics"]?["roc_auc"] == .null)
        #expect(report.json["classes"]?.array?[1]["pr_auc"] == .null)
        #expect(report.metrics["accuracy"] == 1)
        let text = report.json.text
        #expect(try JSONValue(parsing: text) == report.json)
        #expect(!text.contains("nan"))
    }

    @Test func nanIsWrongAndShows() {
        var predictions = ClassPredictions(classes: ["a", "b"])
        predictions.append(target: 1, probabilities: [.nan, .nan])
        predictions.append(target: 0, probabilities: [1, 0])
        let metrics = ClassificationReport(predictions).metrics
        #expect(metrics["accuracy"] == 0.5)
        for name in ["roc_auc", "pr_auc", "log_loss", "calibration_error"] {
            #expect(metrics[name]?.isNaN == true)
        }
    }

    @Test func logitsBecomeProbabilities() {
        var predictions = ClassPredictions(classes: ["a", "b", "c"])
        predictions.append(
            outputs: [0, 0, 0, 1_000, 0, -1_000], targets: [2, 0], rows: 2, columns: 3, targetColumns: 1,
            isFromLogits: true)
        predictions.append(
            outputs: [0, 1, 0], targets: [0, 1, 0], rows: 1, columns: 3, targetColumns: 3, isFromLogits: false)
        let third: Float = 1 / 3
        #expect(predictions.targets == [2, 0, 1])
        #expect(predictions.probabilities == [third, third, third, 1, 0, 0, 0, 1, 0])
        var binary = ClassPredictions(classes: ["no", "yes"])
        binary.append(outputs: [0, 50], targets: [1, 1], rows: 2, columns: 1, targetColumns: 1, isFromLogits: true)
        #expect(binary.probabilities == [0.5, 0.5, 0, 1])
    }
}
