import Glibc
package import Tensors

/// The numbers of one step of an optimizer, and the slots it updates. Threads may apply it to disjoint ranges at once;
/// every parameter must be covered once at most.
package struct OptimizerStep: Sendable {
    private enum Rule: Sendable {
        case sgd(SGDStep)
        case adam(AdamStep)
        case rmsprop(RMSpropStep, hasMean: Bool, hasBuffer: Bool)
        case adagrad(AdagradStep)
    }

    /// The learning rate of this step.
    package let learningRate: Double
    private let rule: Rule
    private let decayed: GradientAdjustment
    private let undecayed: GradientAdjustment
    private let slots: [AlignedStorage]
    private let count: Int

    /// The step of a number, from 1.
    init(
        options: OptimizerOptions, number: Int, learningRate: Double, adjustment: GradientAdjustment,
        slots: [AlignedStorage], count: Int
    ) {
        self.learningRate = learningRate
        self.slots = slots
        self.count = count
        rule = Self.rule(options, number: number, learningRate: learningRate)
        undecayed = adjustment
        var decayed = adjustment
        if options.isDecayDecoupled {
            decayed.shrink = Float(1 - learningRate * options.weightDecay)
        } else {
            decayed.decay = Float(options.weightDecay)
        }
        self.decayed = decayed
    }

    /// Updates the parameters of `ranges` by their gradients; both buffers hold the whole arena.
    package func apply(
        to parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, ranges: [ParameterRange],
        kernels: Kernels
    ) {
        for range in ranges {
            unsafe apply(to: parameters, gradients: gradients, range: range, kernels: kernels)
        }
    }

    /// Updates the parameters of one range.
    package func apply(
        to parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, range: ParameterRange,
        kernels: Kernels
    ) {
        let (start, length) = (range.range.lowerBound, range.range.count)
        precondition(start >= 0 && range.range.upperBound <= count, "\(range.range) is not in the arena")
        let adjustment = range.isDecayed ? decayed : undecayed
        let (p, g) = unsafe (parameters + start, gradients + start)
        func slot(_ index: Int) -> UnsafeMutablePointer<Float> { unsafe slots[index].floats + start }
        switch rule {
        case .sgd(let step):
            unsafe kernels.sgd(
                parameters: p, velocity: slots.isEmpty ? nil : slot(0), gradients: g, count: length,
                adjustment: adjustment, step: step)
        case .adam(let step):
            unsafe kernels.adam(
                parameters: p, firstMoment: slot(0), secondMoment: slot(1), gradients: g, count: length,
                adjustment: adjustment, step: step)
        case .rmsprop(let step, let hasMean, let hasBuffer):
            unsafe kernels.rmsprop(
                parameters: p, squares: slot(0), mean: hasMean ? slot(1) : nil,
                buffer: hasBuffer ? slot(hasMean ? 2 : 1) : nil, gradients: g, count: length, adjustment: adjustment,
                step: step)
        case .adagrad(let step):
            unsafe kernels.adagrad(
                parameters: p, squares: slot(0), gradients: g, count: length, adjustment: adjustment, step: step)
        }
    }

    private static func rule(_ options: OptimizerOptions, number: Int, learningRate: Double) -> Rule {
        let isPyTorch = options.formula == .pytorch
        switch options.rule {
        case .sgd(let momentum, let dampening, let isNesterov):
            guard momentum != 0 else { return .sgd(SGDStep(rate: Float(learningRate))) }
            // PyTorch's first velocity is the gradient itself, whatever the dampening.
            let feed = number == 1 ? 1 : 1 - dampening
            return .sgd(
                SGDStep(
                    rate: isPyTorch ? Float(learningRate) : 1, momentum: Float(momentum),
                    feed: Float(isPyTorch ? feed : feed * learningRate), isNesterov: isNesterov))
        case .adam(let beta1, let beta2, let epsilon, _):
            let root = (1 - pow(beta2, Double(number))).squareRoot()
            // Keras adds epsilon to the root before the bias correction divides both ("epsilon hat").
            return .adam(
                AdamStep(
                    rate: Float(learningRate / (1 - pow(beta1, Double(number)))), beta1: beta1, beta2: beta2,
                    root: Float(1 / root), epsilon: Float(isPyTorch ? epsilon : epsilon / root)))
        case .rmsprop(let smoothing, let epsilon, let momentum, let isCentered):
            return .rmsprop(
                RMSpropStep(
                    smoothing: smoothing, epsilon: Float(epsilon), isEpsilonInside: !isPyTorch,
                    momentum: Float(momentum), inner: isPyTorch ? 1 : Float(learningRate),
                    outer: isPyTorch ? Float(learningRate) : 1),
                hasMean: isCentered, hasBuffer: momentum != 0)
        case .adagrad(let epsilon, let learningRateDecay, _):
            return .adagrad(
                AdagradStep(
                    rate: Float(learningRate / (1 + Double(number - 1) * learningRateDecay)), epsilon: Float(epsilon),
                    isEpsilonInside: !isPyTorch))
        }
    }
}
