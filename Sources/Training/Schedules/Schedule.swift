import Glibc
package import JSON

/// The learning rate of every step of one training: what `ScheduleOptions` declare, over a known number of steps.
package struct Schedule: Sendable, Equatable {
    package let options: ScheduleOptions
    /// The optimizer's learning rate, which the schedule scales.
    package let learningRate: Double
    package let stepsPerEpoch: Int
    package let epochs: Int
    private var plateau: Plateau?

    /// The schedule of one training.
    /// - Parameters:
    ///   - options: the declaration.
    ///   - learningRate: the optimizer's.
    ///   - stepsPerEpoch: at least 1.
    ///   - epochs: of the whole training, at least 1.
    package init(_ options: ScheduleOptions, learningRate: Double, stepsPerEpoch: Int, epochs: Int) {
        precondition(stepsPerEpoch >= 1 && epochs >= 1, "a schedule needs steps")
        self.options = options
        self.learningRate = learningRate
        self.stepsPerEpoch = stepsPerEpoch
        self.epochs = epochs
        if case .reduceOnPlateau(let options) = options.rule {
            plateau = Plateau(options, learningRate: learningRate)
        }
    }

    /// The metric that `endEpoch` wants; nil when the schedule looks at none.
    package var goal: MetricGoal? { plateau?.options.goal }

    /// The learning rate of a step, counted from 0 over the whole training.
    package func learningRate(step: Int) -> Double {
        let warmUp = options.warmUp?.steps(stepsPerEpoch: stepsPerEpoch) ?? 0
        if let start = options.warmUp?.startFactor, step < warmUp {
            return learningRate * (start + (1 - start) * Double(step) / Double(warmUp))
        }
        return rate(after: step - warmUp, total: stepsPerEpoch * epochs - warmUp)
    }

    /// Tells the schedule how an epoch went; only `goal` matters. nil when the metric is not known.
    package mutating func endEpoch(metric: Double?) {
        guard let metric else { return }
        plateau?.observe(metric)
    }

    /// What later learning rates depend on beyond the step's number; null when nothing.
    package var state: JSONValue { plateau?.state ?? .null }

    /// Goes back to a saved state.
    package mutating func restore(_ state: JSONValue) throws(FieldError) { try plateau?.restore(state) }

    /// The learning rate of the rule, `steps` of `total` after the warm-up.
    private func rate(after steps: Int, total: Int) -> Double {
        func units(_ unit: ScheduleOptions.Unit) -> Int { unit == .step ? steps : steps / stepsPerEpoch }
        switch options.rule {
        case .constant: return learningRate
        case .step(let every, let factor, let unit): return learningRate * pow(factor, Double(units(unit) / every))
        case .milestones(let milestones, let factor, let unit):
            let position = units(unit)
            return learningRate * pow(factor, Double(milestones.count { $0 <= position }))
        case .exponential(let factor, let unit): return learningRate * pow(factor, Double(units(unit)))
        case .cosine(let length, let minimum, let unit):
            let all = length ?? max(1, unit == .step ? total : (total + stepsPerEpoch - 1) / stepsPerEpoch)
            let part = Double(min(units(unit), all)) / Double(all)
            return minimum + (learningRate - minimum) * (1 + cos(.pi * part)) / 2
        case .reduceOnPlateau: return plateau?.learningRate ?? learningRate
        }
    }
}
