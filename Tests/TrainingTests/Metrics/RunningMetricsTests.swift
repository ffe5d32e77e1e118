import JSON
import Testing
import Training

struct RunningMetricsTests {
    @Test func classifiersHaveAnAccuracy() {
        var metrics = RunningMetrics(isClassifier: true)
        #expect(metrics.values == [:])
        metrics.add(
            lossSum: 3, outputs: [1, 2, 0, 5, 4, 3], targets: [1, 2], rows: 2, columns: 3, targetColumns: 1,
            isFromLogits: true)
        metrics.add(
            lossSum: 1, outputs: [0, 0, 1], targets: [0, 0, 1], rows: 1, columns: 3, targetColumns: 3,
            isFromLogits: true)
        metrics.add(
            lossSum: 1, outputs: [.nan, .nan, .nan], targets: [2], rows: 1, columns: 3, targetColumns: 1,
            isFromLogits: true)
        // Of the four rows of classes 1, 2, 2 and 2 (predicted 1, 0, 2 and 0) the scores are 1, 1/2 and 0.
        #expect(metrics.values == ["loss": 1.25, "accuracy": 0.5, "f1_macro": 0.5])
    }

    @Test(arguments: [(false, 0.5), (true, 1.0)]) func aSingleOutputHasAThreshold(isFromLogits: Bool, accuracy: Double)
    {
        var metrics = RunningMetrics(isClassifier: true)
        metrics.add(
            lossSum: 0, outputs: [0.25, -0.5], targets: [1, 0], rows: 2, columns: 1, targetColumns: 1,
            isFromLogits: isFromLogits)
        #expect(metrics.values["accuracy"] == accuracy)
    }

    @Test func regressionsHaveAnAbsoluteError() {
        var metrics = RunningMetrics(isClassifier: false)
        metrics.add(
            lossSum: 2, outputs: [1, 2, 3, 4], targets: [1, 3, 5, 8], rows: 2, columns: 2, targetColumns: 2,
            isFromLogits: false)
        // Columns of errors 0 and 2 (targets 1 and 5) and 1 and 4 (targets 3 and 8).
        #expect(metrics.values == ["loss": 1, "mae": 1.75, "mse": 5.25, "r2": (1 - 4.0 / 8 + 1 - 17 / 12.5) / 2])
    }

    @Test(arguments: [true, false]) func goOnFromASavedState(isClassifier: Bool) throws {
        var metrics = RunningMetrics(isClassifier: isClassifier)
        for value in [0.1, 0.2, 0.3] {
            metrics.add(
                lossSum: value, outputs: [1, Float(value)], targets: [0, 1], rows: 1, columns: 2, targetColumns: 2,
                isFromLogits: true)
            var resumed = RunningMetrics(isClassifier: isClassifier)
            try resumed.restore(JSONValue(parsing: metrics.state.bytes))
            #expect(resumed == metrics)
            #expect(throws: FieldError.self) { try resumed.restore(["rows": 1, "loss": 1]) }
        }
    }

    @Test func figuresAreThoseOfTheReports() {
        var running = RunningMetrics(isClassifier: true)
        let predictions = ClassificationReportTests.predictions
        for row in 0..<predictions.rows {
            running.add(
                lossSum: 0, outputs: Array(predictions.probabilities(row)), targets: [Float(predictions.targets[row])],
                rows: 1, columns: 3, targetColumns: 1, isFromLogits: false)
        }
        let report = ClassificationReport(predictions).metrics
        for name in ["accuracy", "f1_macro"] {
            #expect(abs((running.values[name] ?? 0) - (report[name] ?? 1)) < 1e-12)
        }
        var errors = RunningMetrics(isClassifier: false)
        let values = RegressionReportTests.two
        errors.add(
            lossSum: 0, outputs: values.predictions, targets: values.targets, rows: 4, columns: 2, targetColumns: 2,
            isFromLogits: false)
        for name in ["mae", "mse", "r2"] {
            #expect(abs((errors.values[name] ?? 0) - (RegressionReport(values).metrics[name] ?? 1)) < 1e-12)
        }
    }

    @Test func largeTargetsKeepTheirSpread() {
        var metrics = RunningMetrics(isClassifier: false)
        metrics.add(
            lossSum: 0, outputs: [1_000_000, 1_000_001, 1_000_002], targets: [1_000_000, 1_000_001, 1_000_003], rows: 3,
            columns: 1, targetColumns: 1, isFromLogits: false)
        #expect(abs((metrics.values["r2"] ?? 0) - (1 - 1 / (14.0 / 3))) < 1e-12)
    }
}
