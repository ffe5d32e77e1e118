import Glibc

extension LossRow {
    /// Cross-entropy of logits: Σ w · t · (log Σ e^x - x), by the largest logit so that nothing overflows.
    func softmaxCrossEntropy(_ loss: Loss) -> Double {
        var largest = output(0)
        for column in 1..<columns where output(column) > largest { largest = output(column) }
        var sum = 0.0
        for column in 0..<columns {
            let exponential = exp(output(column) - largest)
            sum += Double(exponential)
            setGradient(column, exponential)
        }
        // The usual case, where one class is all there is to know, needs one logarithm and one product a column.
        if let index, loss.labelSmoothing == 0 {
            return oneClass(index, weight: loss.classWeights?[index] ?? 1, largest: largest, sum: sum)
        }
        let logarithm = log(sum)
        var (total, weights) = (0.0, Float(0))
        for column in 0..<columns {
            let weight = weightedTarget(column, loss)
            if weight != 0 { total += Double(weight) * (logarithm - Double(output(column) - largest)) }
            weights += weight
        }
        guard let gradient = unsafe gradient else { return total }
        let share = weights / Float(sum)
        for column in 0..<columns {
            unsafe gradient[column] = unsafe (gradient[column] * share - weightedTarget(column, loss)) * scale
        }
        return total
    }

    /// The end of `softmaxCrossEntropy` for a class that is certain; the gradient holds the exponentials.
    private func oneClass(_ index: Int, weight: Float, largest: Float, sum: Double) -> Double {
        if let gradient = unsafe gradient {
            let share = Float(Double(weight * scale) / sum)
            for column in 0..<columns { unsafe gradient[column] *= share }
            unsafe gradient[index] -= weight * scale
        }
        return Double(weight) * (log(sum) - Double(output(index) - largest))
    }

    /// Cross-entropy of probabilities: Σ w · t · -log p.
    func crossEntropy(_ loss: Loss) -> Double {
        var total = 0.0
        for column in 0..<columns {
            let weight = weightedTarget(column, loss)
            let probability = Self.bounded(output(column))
            if weight != 0 { total -= Double(weight) * log(Double(probability)) }
            setGradient(column, -weight / probability * scale)
        }
        return total
    }

    /// The target of a class, smoothed and weighted.
    private func weightedTarget(_ column: Int, _ loss: Loss) -> Float {
        let smoothed = (1 - loss.labelSmoothing) * target(column) + loss.labelSmoothing / Float(columns)
        return loss.classWeights.map { $0[column] * smoothed } ?? smoothed
    }

    /// Binary cross-entropy of logits: max(x, 0) - x · t + log(1 + e^-|x|), which neither overflows nor cancels.
    func sigmoidCrossEntropy(_ loss: Loss) -> Double {
        let (negative, positive) = binaryWeights(loss)
        return mean { output, target in
            let t = smoothed(target, loss)
            let tail = log1p(exp(-abs(output)))
            // -log σ(x) and -log(1 - σ(x)).
            let (ofOne, ofZero) = (max(-output, 0) + tail, max(output, 0) + tail)
            let sigmoid = output >= 0 ? 1 / (1 + exp(-output)) : exp(output) / (1 + exp(output))
            let opposite = output >= 0 ? exp(-output) / (1 + exp(-output)) : 1 / (1 + exp(output))
            return (
                positive * t * ofOne + negative * (1 - t) * ofZero,
                negative * (1 - t) * sigmoid - positive * t * opposite
            )
        }
    }

    /// Binary cross-entropy of probabilities.
    func binaryCrossEntropy(_ loss: Loss) -> Double {
        let (negative, positive) = binaryWeights(loss)
        return mean { output, target in
            let t = smoothed(target, loss)
            let (p, q) = (Self.bounded(output), Self.bounded(1 - output))
            return (
                -positive * t * log(p) - negative * (1 - t) * log(q),
                negative * (1 - t) / q - positive * t / p
            )
        }
    }

    /// A probability that has a logarithm; NaN stays.
    private static func bounded(_ probability: Float) -> Float {
        probability < smallestProbability ? smallestProbability : probability
    }

    private func binaryWeights(_ loss: Loss) -> (negative: Float, positive: Float) {
        guard let weights = loss.classWeights, weights.count == 2 else { return (1, 1) }
        return (weights[0], weights[1])
    }

    /// As Keras smooths binary labels: towards a half.
    private func smoothed(_ target: Float, _ loss: Loss) -> Float {
        target * (1 - loss.labelSmoothing) + 0.5 * loss.labelSmoothing
    }
}
