import CKernels

/// The numbers of one step of Adagrad (Duchi, Hazan & Singer 2011): a += g², p -= rate · g / (√a + epsilon).
package struct AdagradStep: Sendable, Equatable {
    package let rate: Float
    package let epsilon: Float
    /// √(a + epsilon) instead of √a + epsilon.
    package let isEpsilonInside: Bool

    package init(rate: Float, epsilon: Float, isEpsilonInside: Bool = false) {
        self.rate = rate
        self.epsilon = epsilon
        self.isEpsilonInside = isEpsilonInside
    }

    var cStep: apus_adagrad_step {
        apus_adagrad_step(rate: rate, epsilon: epsilon, inside: isEpsilonInside ? 1 : 0)
    }
}
