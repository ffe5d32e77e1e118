/// The declaration of an optimizer, as a train request has it:
///
///     {"name": "adam", "learning_rate": 0.001, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0}
///
/// What is left out has the default of the `formula`'s framework.
package struct OptimizerOptions: Sendable, Equatable {
    /// Whose formula a rule follows where the frameworks differ.
    package enum Formula: String, Sendable, CaseIterable {
        /// epsilon is added to the root (Adam: of the corrected second moment); the velocity sums gradients and the
        /// learning rate multiplies it; weight decay is coupled but for AdamW.
        case pytorch
        /// epsilon is added below the root (Adam: to the uncorrected root); the velocity sums steps, learning rate
        /// included; weight decay is decoupled.
        case keras
    }

    /// The parameters that weight decay acts on.
    package enum DecayedParameters: String, Sendable, CaseIterable {
        /// All, as both frameworks do by default.
        case all
        /// Those of rank 2 and more: no biases, no scales of a normalisation.
        case weights
    }

    package var rule: OptimizerRule
    package var formula: Formula
    /// Before the schedule.
    package var learningRate: Double
    package var weightDecay: Double
    package var decayed: DecayedParameters

    package init(
        rule: OptimizerRule, formula: Formula = .pytorch, learningRate: Double, weightDecay: Double = 0,
        decayed: DecayedParameters = .all
    ) {
        self.rule = rule
        self.formula = formula
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.decayed = decayed
    }

    /// Adam as PyTorch has it by default.
    package static let adam = OptimizerOptions(
        rule: .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, isDecoupled: false), learningRate: 0.001)

    /// Whether weight decay shrinks parameters by itself instead of joining the gradient.
    package var isDecayDecoupled: Bool {
        if formula == .keras { return true }
        if case .adam(_, _, _, let isDecoupled) = rule { return isDecoupled }
        return false
    }
}
