/// How well scores put positive rows before negative ones, whatever the threshold.
package enum RankingMetrics {
    /// Area under the receiver operating characteristic: the probability that a positive row has the higher score, ties
    /// counting half (Mann & Whitney 1947). NaN without rows of both kinds, or when a score is NaN.
    package static func rocAUC(scores: [Float], isPositive: [Bool]) -> Double {
        let positives = isPositive.count { $0 }
        let negatives = isPositive.count - positives
        guard positives > 0, negatives > 0, !scores.contains(where: \.isNaN) else { return .nan }
        // The ranks of the positive rows, from the lowest score on; equal scores share the mean of their ranks.
        var (sum, below) = (0.0, 0)
        forEachScore(scores, isPositive, ascending: true) { group in
            sum += Double(group.positives) * (Double(below) + Double(group.rows + 1) / 2)
            below += group.rows
        }
        let least = Double(positives) * Double(positives + 1) / 2
        return (sum - least) / (Double(positives) * Double(negatives))
    }

    /// Average precision: the precision at every threshold, weighted by the recall that it adds. NaN without positive
    /// rows, or when a score is NaN.
    package static func averagePrecision(scores: [Float], isPositive: [Bool]) -> Double {
        let positives = isPositive.count { $0 }
        guard positives > 0, !scores.contains(where: \.isNaN) else { return .nan }
        var (sum, found, rows) = (0.0, 0, 0)
        forEachScore(scores, isPositive, ascending: false) { group in
            found += group.positives
            rows += group.rows
            sum += Double(group.positives) * (Double(found) / Double(rows))
        }
        return sum / Double(positives)
    }

    /// Calls `body` for every different score in order, with how many rows have it.
    private static func forEachScore(
        _ scores: [Float], _ isPositive: [Bool], ascending: Bool, _ body: ((rows: Int, positives: Int)) -> Void
    ) {
        let order = scores.indices.sorted { ascending ? scores[$0] < scores[$1] : scores[$0] > scores[$1] }
        var start = 0
        while start < order.count {
            var end = start
            var positives = 0
            while end < order.count, scores[order[end]] == scores[order[start]] {
                positives += isPositive[order[end]] ? 1 : 0
                end += 1
            }
            body((rows: end - start, positives: positives))
            start = end
        }
    }
}
