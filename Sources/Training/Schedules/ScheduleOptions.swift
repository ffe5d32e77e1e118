/// The declaration of a learning rate schedule in a train request.
package struct ScheduleOptions: Sendable, Equatable {
    /// What a schedule counts by.
    package enum Unit: String, Sendable, CaseIterable {
        case epoch, step
    }

    /// How the learning rate goes on after the warm-up.
    package enum Rule: Sendable, Equatable {
        case constant
        /// Times `factor` at every `every` units, PyTorch's StepLR.
        case step(every: Int, factor: Double, unit: Unit)
        /// Times `factor` at each of some units, PyTorch's MultiStepLR.
        case milestones([Int], factor: Double, unit: Unit)
        /// Times `factor` every unit, PyTorch's ExponentialLR.
        case exponential(factor: Double, unit: Unit)
        /// Down to `minimum` over `length` units by half a cosine (Loshchilov & Hutter 2017), then constant; nil for
        /// all of the training.
        case cosine(length: Int?, minimum: Double, unit: Unit)
        /// Times `factor` when a metric has not improved for more than `patience` epochs, PyTorch's ReduceLROnPlateau.
        case reduceOnPlateau(PlateauOptions)
    }

    package var rule: Rule
    package var warmUp: WarmUp?

    package init(rule: Rule = .constant, warmUp: WarmUp? = nil) {
        self.rule = rule
        self.warmUp = warmUp
    }
}
