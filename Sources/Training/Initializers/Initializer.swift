/// How the elements of a parameter are before training: Keras's and PyTorch's initialisers by their names.
package enum Initializer: Sendable, Equatable {
    /// Every element the same.
    case constant(Double)
    case uniform(low: Double, high: Double)
    case normal(mean: Double, deviation: Double)
    /// Normal, drawn again beyond two deviations from the mean.
    case truncatedNormal(mean: Double, deviation: Double)
    /// Of variance `scale` over a fan: Glorot's, He's, LeCun's and PyTorch's.
    case varianceScaling(scale: Double, fan: Fan, distribution: Distribution)
    /// Orthogonal rows or columns (Saxe et al. 2014), times a gain. The matrix is the first dimension against the
    /// others, after leading ones.
    case orthogonal(gain: Double)
    /// Ones on the diagonal of a matrix.
    case identity(gain: Double)

    /// What the variance goes by.
    package enum Fan: String, Sendable, CaseIterable {
        /// Inputs of one output.
        case fanIn = "fan_in"
        /// Outputs of one input.
        case fanOut = "fan_out"
        /// The mean of both.
        case fanAverage = "fan_avg"
    }

    /// What elements are drawn from.
    package enum Distribution: String, Sendable, CaseIterable {
        case uniform
        case normal = "untruncated_normal"
        /// Cut at two deviations, and widened so that the variance is right after the cut, as Keras does.
        case truncatedNormal = "truncated_normal"
    }
}
