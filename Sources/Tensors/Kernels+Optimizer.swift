import CKernels

/// Optimizer steps over `count` parameters in one pass: gradients are adjusted, slots and parameters updated.
///
/// Every element is computed alike, so a range split in any way gives the same bits as the whole. Slots below 1e-30
/// become zero. The buffers must not overlap.
extension Kernels {
    /// Stochastic gradient descent; `velocity` is nil for no momentum.
    package func sgd(
        parameters: UnsafeMutablePointer<Float>, velocity: UnsafeMutablePointer<Float>?,
        gradients: UnsafePointer<Float>, count: Int, adjustment: GradientAdjustment, step: SGDStep
    ) {
        precondition(count >= 0, "count must not be negative")
        precondition(unsafe velocity != nil || !step.isNesterov, "Nesterov's look ahead needs a velocity")
        unsafe table.pointee.optimizer.sgd(
            parameters, velocity, gradients, count, adjustment.cAdjustment, step.cStep)
    }

    /// Adam; with `adjustment.shrink` it is AdamW.
    package func adam(
        parameters: UnsafeMutablePointer<Float>, firstMoment: UnsafeMutablePointer<Float>,
        secondMoment: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, count: Int,
        adjustment: GradientAdjustment, step: AdamStep
    ) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.optimizer.adam(
            parameters, firstMoment, secondMoment, gradients, count, adjustment.cAdjustment, step.cStep)
    }

    /// RMSprop; `mean` is nil unless centred, `buffer` without momentum.
    package func rmsprop(
        parameters: UnsafeMutablePointer<Float>, squares: UnsafeMutablePointer<Float>,
        mean: UnsafeMutablePointer<Float>?, buffer: UnsafeMutablePointer<Float>?, gradients: UnsafePointer<Float>,
        count: Int, adjustment: GradientAdjustment, step: RMSpropStep
    ) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.optimizer.rmsprop(
            parameters, squares, mean, buffer, gradients, count, adjustment.cAdjustment, step.cStep)
    }

    /// Adagrad.
    package func adagrad(
        parameters: UnsafeMutablePointer<Float>, squares: UnsafeMutablePointer<Float>,
        gradients: UnsafePointer<Float>, count: Int, adjustment: GradientAdjustment, step: AdagradStep
    ) {
        precondition(count >= 0, "count must not be negative")
        unsafe table.pointee.optimizer.adagrad(
            parameters, squares, gradients, count, adjustment.cAdjustment, step.cStep)
    }

    /// Σ x² in double, in an order that `count` and the level fix.
    package func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double {
        precondition(count >= 0, "count must not be negative")
        return unsafe table.pointee.optimizer.sum_of_squares(x, count)
    }
}
