/// Which variables a layer has, in Keras's order, and what becomes of them.
enum KerasWeightKind: Sendable {
    case none
    /// `kernel` and `bias`.
    case kernel
    case depthwise
    case separable
    case embedding
    /// `gamma`, `beta` and the statistics.
    case batchNormalization
    /// `gamma` and `beta`.
    case scaleAndShift
    /// `gamma`, or `scale`.
    case scale
    /// `mean`, `variance` and a count.
    case statistics
    /// `alpha`
    case slopes
    /// The cell of a recurrent layer.
    case recurrent
    /// `cell`: a cell, or several on each other.
    case cells
    case bidirectional
    /// `layer`: what it is a wrapper of.
    case wrapped
}
