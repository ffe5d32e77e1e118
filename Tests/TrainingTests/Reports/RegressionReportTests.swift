import JSON
import Testing
import Training

struct RegressionReportTests {
    static func predictions(_ targets: [Float], _ outputs: [Float], columns: [String]) -> ValuePredictions {
        var predictions = ValuePredictions(columns: columns)
        predictions.append(outputs: outputs, targets: targets, rows: targets.count / columns.count)
        return predictions
    }

    static let two = predictions([3, -0.5, 2, 7, 7, 1, 1, 4], [2.5, 0, 0, 8, 8, 2, 1.5, 3], columns: ["x", "y"])

    @Test func figuresAreScikitLearns() throws {
        let report = RegressionReport(Self.two)
        #expect(report.rows == 4)
        #expect(report.metrics["mse"] == 1.09375)
        #expect(report.metrics["mae"] == 0.9375)
        #expect(report.metrics["rmse"] == 1.09375.squareRoot())
        #expect(abs((report.metrics["r2"] ?? 0) - 0.8185056447982788) < 1e-7)
        #expect(report.metrics["max_error"] == 2)
        #expect(abs((report.columnMetrics[0]["r2"] ?? 0) - 0.73493975) < 1e-7)
        #expect(abs((report.columnMetrics[1]["r2"] ?? 0) - 0.9020716) < 1e-7)
        #expect(report.columnMetrics.map { $0["max_error"] } == [2, 1])
        #expect(report.json["columns"]?.array?[1]["column"] == "y")
    }

    @Test func equalTargetsExplainAllOrNothing() {
        #expect(RegressionReport(Self.predictions([2, 2], [2, 2], columns: ["x"])).metrics["r2"] == 1)
        #expect(RegressionReport(Self.predictions([2, 2], [2, 3], columns: ["x"])).metrics["r2"] == 0)
    }

    @Test func whatCannotBeKnownIsNull() {
        let one = RegressionReport(Self.predictions([2], [3], columns: ["x"]))
        #expect(one.metrics["mse"] == 1)
        #expect(one.json["metrics"]?["r2"] == .null)
        let none = RegressionReport(ValuePredictions(columns: ["x"]))
        #expect(none.metrics.entries.allSatisfy { $0.value.isNaN })
        let broken = RegressionReport(Self.predictions([1, 2], [.nan, 2], columns: ["x"]))
        #expect(broken.metrics.entries.allSatisfy { $0.value.isNaN })
    }

    @Test func slicesHaveFiguresOfTheirOwn() {
        let report = RegressionReport(Self.two, slices: [EvaluationSlice("last", rows: [3])])
        #expect(report.slices[0].metrics["mse"] == (0.25 + 1) / 2)
        #expect(report.json["slices"]?.array?[0]["rows"] == 1)
    }
}
