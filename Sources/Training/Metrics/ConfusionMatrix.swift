package import JSON

/// How often rows of each class were taken for each class.
package struct ConfusionMatrix: Sendable, Equatable {
    /// Precision, recall and their harmonic mean of one class, or averaged over classes.
    package struct Scores: Sendable, Equatable {
        package let precision: Double
        package let recall: Double
        package let f1: Double
    }

    /// [class][prediction]: rows of a class (outer) that were taken for another (inner).
    package private(set) var counts: [[Int]]

    package init(_ predictions: ClassPredictions) {
        let size = predictions.classes.count
        counts = [[Int]](repeating: [Int](repeating: 0, count: size), count: size)
        for row in 0..<predictions.rows { counts[predictions.targets[row]][predictions.prediction(row)] += 1 }
    }

    /// Rows in all.
    package var rows: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }
    /// Rows of a class.
    package func support(_ index: Int) -> Int { counts[index].reduce(0, +) }
    /// Rows that were taken for a class.
    package func predicted(_ index: Int) -> Int { counts.reduce(0) { $0 + $1[index] } }

    /// The share of rows that were taken for what they are; NaN without rows.
    package var accuracy: Double { Double(counts.indices.reduce(0) { $0 + counts[$1][$1] }) / Double(rows) }

    /// The scores of one class; 0 where there is nothing to divide by, as scikit-learn has it.
    package func scores(_ index: Int) -> Scores {
        let hits = Double(counts[index][index])
        let (support, predicted) = (Double(support(index)), Double(predicted(index)))
        return Scores(
            precision: predicted == 0 ? 0 : hits / predicted, recall: support == 0 ? 0 : hits / support,
            f1: support + predicted == 0 ? 0 : 2 * hits / (support + predicted))
    }

    /// Over all rows at once; with one class a row all three are the accuracy.
    package var micro: Scores { Scores(precision: accuracy, recall: accuracy, f1: accuracy) }

    /// The mean over the classes that occur in the rows or in the predictions.
    package var macro: Scores {
        mean(counts.indices.map { support($0) + predicted($0) > 0 ? 1 : 0 })
    }

    /// The mean over the classes, weighted by their rows.
    package var weighted: Scores { mean(counts.indices.map { Double(support($0)) }) }

    private func mean(_ weights: [Double]) -> Scores {
        let all = counts.indices.map { scores($0) }
        let total = weights.reduce(0, +)
        func mean(_ value: (Scores) -> Double) -> Double {
            zip(all, weights).reduce(0) { $0 + value($1.0) * $1.1 } / total
        }
        return Scores(precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1))
    }

    /// The rows of counts.
    package var json: JSONValue { .array(counts.map { JSONValue($0) }) }
}

extension ConfusionMatrix.Scores {
    var json: JSONValue {
        ["precision": JSONValue(finite: precision), "recall": JSONValue(finite: recall), "f1": JSONValue(finite: f1)]
    }
}
