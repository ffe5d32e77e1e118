import Glibc

/// How well probabilities fit the classes that came.
package enum ProbabilityMetrics {
    /// The mean of -log of the probability of each row's class; probabilities are bounded by float32's epsilon, as
    /// scikit-learn bounds them. NaN without rows.
    package static func logLoss(_ predictions: ClassPredictions) -> Double {
        let epsilon = Double(Float.ulpOfOne)
        var sum = 0.0
        for row in 0..<predictions.rows {
            let probability = Double(target(predictions, row))
            sum -= probability.isNaN ? .nan : log(min(max(probability, epsilon), 1 - epsilon))
        }
        return sum / Double(predictions.rows)
    }

    /// The share of rows whose class is among the `k` most probable ones; among equals the first counts first.
    package static func topK(_ predictions: ClassPredictions, k: Int) -> Double {
        var hits = 0
        for row in 0..<predictions.rows {
            let target = predictions.targets[row]
            let own = self.target(predictions, row)
            let better = predictions.probabilities(row).enumerated().count { index, probability in
                probability > own || (probability == own && index < target)
            }
            if better < k, !own.isNaN { hits += 1 }
        }
        return Double(hits) / Double(predictions.rows)
    }

    /// Expected calibration error (Guo et al. 2017): how far the confidence in the predicted class is from the share of
    /// right predictions, over bins of equal width, weighted by their rows. NaN without rows.
    package static func calibrationError(_ predictions: ClassPredictions, bins: Int = 15) -> Double {
        var confidences = [Double](repeating: 0, count: bins)
        var hits = confidences
        for row in 0..<predictions.rows {
            let prediction = predictions.prediction(row)
            let probabilities = predictions.probabilities(row)
            let confidence = Double(probabilities[probabilities.startIndex + prediction])
            guard !confidence.isNaN else { return .nan }
            // A bin holds its upper bound but not its lower one.
            let bin = min(max(Int((confidence * Double(bins)).rounded(.up)) - 1, 0), bins - 1)
            confidences[bin] += confidence
            hits[bin] += prediction == predictions.targets[row] ? 1 : 0
        }
        return (0..<bins).reduce(0) { $0 + abs(hits[$1] - confidences[$1]) } / Double(predictions.rows)
    }

    private static func target(_ predictions: ClassPredictions, _ row: Int) -> Float {
        predictions.probabilities[row * predictions.classes.count + predictions.targets[row]]
    }
}
