import CKernels

/// What happens to a gradient g and its parameter p before the rule of an optimizer sees them:
/// g = clamp(g · scale, ±limit) + decay · p, then p = p · shrink.
package struct GradientAdjustment: Sendable, Equatable {
    /// The factor of clipping by norm; 1 for none.
    package var scale: Float = 1
    /// The bound of clipping by value; infinity for none.
    package var limit: Float = .infinity
    /// Coupled (L2) weight decay.
    package var decay: Float = 0
    /// 1 - learning rate · decoupled weight decay.
    package var shrink: Float = 1

    package init(scale: Float = 1, limit: Float = .infinity, decay: Float = 0, shrink: Float = 1) {
        self.scale = scale
        self.limit = limit
        self.decay = decay
        self.shrink = shrink
    }

    var cAdjustment: apus_gradient_adjustment {
        apus_gradient_adjustment(scale: scale, limit: limit, decay: decay, shrink: shrink)
    }
}
