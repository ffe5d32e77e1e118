import Glibc
package import JSON

/// Two classifiers on the same rows: how sure it is that one is better.
package struct PairedComparison: Sendable, Equatable {
    /// Rows that both know, only the first, only the second, and neither.
    package let both: Int
    package let onlyFirst: Int
    package let onlySecond: Int
    package let neither: Int

    /// Compares whether the models were right about each row.
    package init(first: [Bool], second: [Bool]) {
        precondition(first.count == second.count, "the same rows")
        both = zip(first, second).count { $0 && $1 }
        onlyFirst = zip(first, second).count { $0 && !$1 }
        onlySecond = zip(first, second).count { !$0 && $1 }
        neither = first.count - both - onlyFirst - onlySecond
    }

    /// Rows in all.
    package var rows: Int { both + onlyFirst + onlySecond + neither }

    /// The second one's accuracy less the first one's; NaN without rows.
    package var difference: Double { Double(onlySecond - onlyFirst) / Double(rows) }

    /// Where the difference lies with 95 % confidence: the interval of Agresti & Min (2005) for matched pairs, which
    /// adds half a row to each of the four counts.
    package var interval: ClosedRange<Double> {
        let total = Double(rows) + 2
        let (b, c) = (Double(onlyFirst) + 0.5, Double(onlySecond) + 0.5)
        let center = (c - b) / total
        let margin = 1.959_963_984_540_054 * ((b + c - (c - b) * (c - b) / total).squareRoot() / total)
        return max(-1, center - margin)...min(1, center + margin)
    }

    /// McNemar's exact test (1947): the probability of so uneven a split, or a more uneven one, of the rows that only
    /// one of both knows, if both were equally good.
    package var pValue: Double {
        let (fewer, all) = (min(onlyFirst, onlySecond), onlyFirst + onlySecond)
        guard all > 0 else { return 1 }
        // Σ binomial(all, i) / 2^all for i ≤ fewer, by logarithms, which do not overflow.
        var sum = 0.0
        for hits in 0...fewer {
            let ways = lgamma(Double(all + 1)) - lgamma(Double(hits + 1)) - lgamma(Double(all - hits + 1))
            sum += exp(ways - Double(all) * log(2))
        }
        return min(1, 2 * sum)
    }

    /// The comparison for the API.
    package var json: JSONValue {
        [
            "rows": .integer(rows), "both_right": .integer(both), "only_baseline_right": .integer(onlyFirst),
            "only_candidate_right": .integer(onlySecond), "both_wrong": .integer(neither),
            "accuracy_difference": JSONValue(finite: difference),
            "interval_95": [JSONValue(finite: interval.lowerBound), JSONValue(finite: interval.upperBound)],
            "mcnemar_p": JSONValue(finite: pValue),
        ]
    }
}
