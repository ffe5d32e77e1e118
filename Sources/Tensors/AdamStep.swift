import CKernels

/// The numbers of one step of Adam (Kingma & Ba 2015): m += (1 - beta1) · (g - m), v = beta2 · v + (1 - beta2) · g²,
/// then p -= rate · m / (√v · root + epsilon).
package struct AdamStep: Sendable, Equatable {
    /// The learning rate over the first moment's bias correction.
    package let rate: Float
    package let beta1: Double
    package let beta2: Double
    /// 1 / √ of the second moment's bias correction.
    package let root: Float
    package let epsilon: Float

    package init(rate: Float, beta1: Double, beta2: Double, root: Float, epsilon: Float) {
        self.rate = rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.root = root
        self.epsilon = epsilon
    }

    /// 1 - beta is taken in double: 1 - Float(0.999) would be off by 5e-5 of its value.
    var cStep: apus_adam_step {
        apus_adam_step(
            rate: rate, feed1: Float(1 - beta1), beta2: Float(beta2), feed2: Float(1 - beta2), root: root,
            epsilon: epsilon)
    }
}
