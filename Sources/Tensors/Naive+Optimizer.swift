extension Naive {
    /// Stochastic gradient descent; `velocity` is empty for no momentum.
    package static func sgd(
        parameters: inout [Float], velocity: inout [Float], gradients: [Float], adjustment: GradientAdjustment,
        step: SGDStep
    ) {
        for index in parameters.indices {
            var direction = adjusted(gradients[index], parameters[index], adjustment)
            if !velocity.isEmpty {
                let fed = Double(step.feed) * direction
                velocity[index] = withoutDust(Double(step.momentum) * Double(velocity[index]) + fed)
                direction = Double(velocity[index])
                if step.isNesterov { direction = Double(step.momentum) * direction + fed }
            }
            move(&parameters[index], by: Double(step.rate) * direction, adjustment)
        }
    }

    /// Adam.
    package static func adam(
        parameters: inout [Float], firstMoment: inout [Float], secondMoment: inout [Float], gradients: [Float],
        adjustment: GradientAdjustment, step: AdamStep
    ) {
        for index in parameters.indices {
            let gradient = adjusted(gradients[index], parameters[index], adjustment)
            let first = step.beta1 * Double(firstMoment[index]) + (1 - step.beta1) * gradient
            let second = step.beta2 * Double(secondMoment[index]) + (1 - step.beta2) * gradient * gradient
            (firstMoment[index], secondMoment[index]) = (withoutDust(first), withoutDust(second))
            let root = Double(secondMoment[index]).squareRoot() * Double(step.root) + Double(step.epsilon)
            move(&parameters[index], by: Double(step.rate) * Double(firstMoment[index]) / root, adjustment)
        }
    }

    /// RMSprop; `mean` is empty unless centred, `buffer` without momentum.
    package static func rmsprop(
        parameters: inout [Float], squares: inout [Float], mean: inout [Float], buffer: inout [Float],
        gradients: [Float], adjustment: GradientAdjustment, step: RMSpropStep
    ) {
        for index in parameters.indices {
            let gradient = adjusted(gradients[index], parameters[index], adjustment)
            let square = step.smoothing * Double(squares[index]) + (1 - step.smoothing) * gradient * gradient
            squares[index] = withoutDust(square)
            var variance = Double(squares[index])
            if !mean.isEmpty {
                mean[index] = withoutDust(step.smoothing * Double(mean[index]) + (1 - step.smoothing) * gradient)
                variance = max(0, variance - Double(mean[index]) * Double(mean[index]))
            }
            let root = root(variance, epsilon: step.epsilon, isInside: step.isEpsilonInside)
            var direction = gradient / root * Double(step.inner)
            if !buffer.isEmpty {
                buffer[index] = withoutDust(Double(step.momentum) * Double(buffer[index]) + direction)
                direction = Double(buffer[index])
            }
            move(&parameters[index], by: Double(step.outer) * direction, adjustment)
        }
    }

    /// Adagrad.
    package static func adagrad(
        parameters: inout [Float], squares: inout [Float], gradients: [Float], adjustment: GradientAdjustment,
        step: AdagradStep
    ) {
        for index in parameters.indices {
            let gradient = adjusted(gradients[index], parameters[index], adjustment)
            squares[index] = withoutDust(Double(squares[index]) + gradient * gradient)
            let root = root(Double(squares[index]), epsilon: step.epsilon, isInside: step.isEpsilonInside)
            move(&parameters[index], by: Double(step.rate) * gradient / root, adjustment)
        }
    }

    /// Σ x².
    package static func sumOfSquares(_ x: [Float]) -> Double { x.reduce(0) { $0 + Double($1) * Double($1) } }

    private static func adjusted(_ gradient: Float, _ parameter: Float, _ adjustment: GradientAdjustment) -> Double {
        let limit = Double(adjustment.limit)
        var gradient = Double(gradient) * Double(adjustment.scale)
        if gradient < -limit { gradient = -limit }
        if gradient > limit { gradient = limit }
        return gradient + Double(adjustment.decay) * Double(parameter)
    }

    private static func move(_ parameter: inout Float, by change: Double, _ adjustment: GradientAdjustment) {
        parameter = Float(Double(parameter) * Double(adjustment.shrink) - change)
    }

    private static func root(_ square: Double, epsilon: Float, isInside: Bool) -> Double {
        isInside ? (square + Double(epsilon)).squareRoot() : square.squareRoot() + Double(epsilon)
    }

    /// Zero for what is smaller than the slots keep.
    private static func withoutDust(_ value: Double) -> Float { abs(value) < 1e-30 ? 0 : Float(value) }
}
