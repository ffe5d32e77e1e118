import CKernels

/// The numbers of one step of gradient descent: v = momentum · v + feed · g, then p -= rate · v, or with Nesterov's
/// look ahead p -= rate · (feed · g + momentum · v). Without a velocity p -= rate · g.
package struct SGDStep: Sendable, Equatable {
    package let rate: Float
    package let momentum: Float
    /// What of the gradient enters the velocity.
    package let feed: Float
    package let isNesterov: Bool

    package init(rate: Float, momentum: Float = 0, feed: Float = 1, isNesterov: Bool = false) {
        self.rate = rate
        self.momentum = momentum
        self.feed = feed
        self.isNesterov = isNesterov
    }

    var cStep: apus_sgd_step {
        apus_sgd_step(rate: rate, momentum: momentum, feed: feed, nesterov: isNesterov ? 1 : 0)
    }
}
