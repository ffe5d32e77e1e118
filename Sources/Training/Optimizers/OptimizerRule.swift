/// The update rule of an optimizer with what shapes it; learning rate and weight decay stand in `OptimizerOptions`.
package enum OptimizerRule: Sendable, Equatable {
    /// Stochastic gradient descent, with momentum when it is not 0.
    case sgd(momentum: Double, dampening: Double, isNesterov: Bool)
    /// Adam; AdamW when its weight decay is decoupled.
    case adam(beta1: Double, beta2: Double, epsilon: Double, isDecoupled: Bool)
    /// RMSprop; `smoothing` is PyTorch's alpha and Keras's rho.
    case rmsprop(smoothing: Double, epsilon: Double, momentum: Double, isCentered: Bool)
    /// Adagrad; step t (from 1) has the learning rate over 1 + (t - 1) · `learningRateDecay`.
    case adagrad(epsilon: Double, learningRateDecay: Double, initialAccumulator: Double)

    /// The names that requests know the rules by.
    package enum Name: String, Sendable, CaseIterable {
        case sgd, adam, adamw, rmsprop, adagrad
    }

    /// The rule's name.
    package var name: Name {
        switch self {
        case .sgd: .sgd
        case .adam(_, _, _, let isDecoupled): isDecoupled ? .adamw : .adam
        case .rmsprop: .rmsprop
        case .adagrad: .adagrad
        }
    }

    /// The names of the slots: floats that the rule keeps for every parameter.
    package var slotNames: [String] {
        switch self {
        case .sgd(let momentum, _, _): momentum == 0 ? [] : ["velocity"]
        case .adam: ["first_moment", "second_moment"]
        case .rmsprop(_, _, let momentum, let isCentered):
            ["squares"] + (isCentered ? ["mean"] : []) + (momentum == 0 ? [] : ["buffer"])
        case .adagrad: ["squares"]
        }
    }
}
