import JSON
import Testing
import Training

struct ReportComparisonTests {
    static func pair(both: Int = 0, onlyFirst: Int, onlySecond: Int, neither: Int = 0) -> PairedComparison {
        let first =
            [Bool](repeating: true, count: both + onlyFirst)
            + [Bool](repeating: false, count: onlySecond + neither)
        let second =
            [Bool](repeating: true, count: both) + [Bool](repeating: false, count: onlyFirst)
            + [Bool](repeating: true, count: onlySecond) + [Bool](repeating: false, count: neither)
        return PairedComparison(first: first, second: second)
    }

    /// SciPy's exact binomial test of the rows that only one model knows.
    @Test(arguments: [
        (5, 15, 0.04138946533203125), (0, 3, 0.25), (7, 7, 1), (200, 260, 0.0058839224731039984), (0, 0, 1),
        (260, 200, 0.0058839224731039984),
    ]) func mcnemarsTestIsSciPys(onlyFirst: Int, onlySecond: Int, expected: Double) {
        let pair = Self.pair(both: 3, onlyFirst: onlyFirst, onlySecond: onlySecond, neither: 1)
        #expect(abs(pair.pValue - expected) < 1e-12)
    }

    @Test func theIntervalIsThatOfAgrestiAndMin() {
        let pair = Self.pair(both: 80, onlyFirst: 5, onlySecond: 10, neither: 5)
        #expect(pair.difference == 0.05)
        // (10.5 - 5.5) / 102 ± 1.96 · √(16 - 25 / 102) / 102
        #expect(abs(pair.interval.lowerBound - (-0.0272507)) < 1e-6)
        #expect(abs(pair.interval.upperBound - 0.1252899) < 1e-6)
        let many = Self.pair(both: 8_000, onlyFirst: 500, onlySecond: 1_000, neither: 500)
        #expect(many.interval.lowerBound > 0.04 && many.interval.upperBound < 0.06)
        #expect(Self.pair(onlyFirst: 0, onlySecond: 0).json["accuracy_difference"] == .null)
    }

    static func classes(_ predicted: [Int]) -> Predictions {
        var predictions = Predictions(classes: ["a", "b"])
        for (row, index) in predicted.enumerated() {
            predictions.append(
                outputs: index == 0 ? [0.75, 0.25] : [0.25, 0.75], targets: [Float(row % 2)], rows: 1, columns: 2,
                targetColumns: 1, isFromLogits: false)
        }
        return predictions
    }

    @Test func everyFigureIsComparedInItsDirection() throws {
        let comparison = try ReportComparison(
            baseline: Self.classes([0, 0, 0, 0]), candidate: Self.classes([0, 1, 0, 0]))
        let accuracy = try #require(comparison.changes.first { $0.name == "accuracy" })
        #expect(accuracy.baseline == 0.5 && accuracy.candidate == 0.75 && accuracy.isBetter == true)
        #expect(comparison.changes.first { $0.name == "log_loss" }?.isBetter == true)
        let json = comparison.json
        #expect(json["metrics"]?["accuracy"]?["difference"] == 0.25)
        #expect(json["paired"]?["only_candidate_right"] == 1)
        let same = try ReportComparison(baseline: Self.classes([0, 1]), candidate: Self.classes([0, 1]))
        #expect(same.changes.allSatisfy { $0.isBetter == nil })
        #expect(same.json["metrics"]?["accuracy"]?["better"] == .null)
    }

    static func values(_ outputs: [Float]) -> Predictions {
        var predictions = Predictions(classes: nil, values: ["x"])
        predictions.append(
            outputs: outputs, targets: outputs.indices.map { Float($0) }, rows: outputs.count, columns: 1,
            targetColumns: 1, isFromLogits: false)
        return predictions
    }

    @Test func regressionsAreComparedBySquaredErrors() throws {
        let comparison = try ReportComparison(
            baseline: Self.values([1, 2, 3, 4]), candidate: Self.values([0, 1, 2, 5]))
        let paired = comparison.json["paired"]
        // Differences -1, -1, -1, 3: mean 0, deviation 2, margin 1.96.
        #expect(paired?["mse_difference"] == 0.0)
        #expect(abs((paired?["interval_95"]?.array?[1].double ?? 0) - 1.959963984540054) < 1e-12)
        #expect(comparison.changes.first { $0.name == "mae" }?.isBetter == true)
        let single = try ReportComparison(baseline: Self.values([1]), candidate: Self.values([1]))
        #expect(single.json["paired"]?["interval_95"] == [nil, nil])
    }

    @Test func modelsOfDifferentTasksOrRowsCannotBeCompared() {
        #expect(throws: FieldError(path: "compare_with", expected: "the same rows", found: "others")) {
            try ReportComparison(baseline: Self.classes([0, 1]), candidate: Self.classes([0]))
        }
        #expect(throws: FieldError(path: "compare_with", expected: "a classifier", found: "a regression")) {
            try ReportComparison(baseline: Self.classes([0]), candidate: Self.values([0]))
        }
        #expect(throws: FieldError.self) {
            try ReportComparison(
                baseline: Predictions(classes: ["a", "b"]), candidate: Predictions(classes: ["a", "c"]))
        }
    }
}
