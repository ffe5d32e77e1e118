import CKernels

/// The numbers of one step of RMSprop (Tieleman & Hinton 2012): v = smoothing · v + (1 - smoothing) · g², the direction
/// d = g / (√v + epsilon); with momentum b = momentum · b + inner · d and p -= outer · b, else p -= outer · inner · d.
/// Centred, the mean gradient's square is taken from v below the root.
package struct RMSpropStep: Sendable, Equatable {
    package let smoothing: Double
    package let epsilon: Float
    /// √(v + epsilon) instead of √v + epsilon.
    package let isEpsilonInside: Bool
    package let momentum: Float
    /// What of the direction enters the momentum's buffer.
    package let inner: Float
    /// What of the buffer is taken from the parameters.
    package let outer: Float

    package init(
        smoothing: Double, epsilon: Float, isEpsilonInside: Bool = false, momentum: Float = 0, inner: Float = 1,
        outer: Float
    ) {
        self.smoothing = smoothing
        self.epsilon = epsilon
        self.isEpsilonInside = isEpsilonInside
        self.momentum = momentum
        self.inner = inner
        self.outer = outer
    }

    var cStep: apus_rmsprop_step {
        apus_rmsprop_step(
            smoothing: Float(smoothing), feed: Float(1 - smoothing), epsilon: epsilon,
            inside: isEpsilonInside ? 1 : 0, momentum: momentum, inner: inner, outer: outer)
    }
}
