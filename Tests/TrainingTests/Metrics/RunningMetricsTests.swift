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
        #expect(metrics.values == ["loss": 1.25, "accuracy": 0.5])
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
        #expect(metrics.values == ["loss": 1, "mae": 1.75])
    }

    @Test func goOnFromASavedState() throws {
        var metrics = RunningMetrics(isClassifier: true)
        for value in [0.1, 0.2, 0.3] {
            metrics.add(
                lossSum: value, outputs: [1, 0], targets: [0], rows: 1, columns: 2, targetColumns: 1,
                isFromLogits: true)
            var resumed = RunningMetrics(isClassifier: true)
            try resumed.restore(JSONValue(parsing: metrics.state.bytes))
            #expect(resumed == metrics)
        }
    }
}
