/// One variable of a layer, in the order in which Keras counts them.
struct KerasVariable: Sendable {
    /// What becomes of its tensor.
    enum Target: Sendable {
        /// The tensor as it is.
        case same(String)
        /// The elements as a list.
        case list(String)
        /// The tensor without dimensions of 1 before the others.
        case slopes(String)
        /// A kernel [window…, in, out] as [out, in, window…], or a matrix turned; of a transposed convolution too.
        case kernel(String)
        /// A kernel [window…, channels, multiplier] as [channels · multiplier, 1, window…].
        case depthwiseKernel(String)
        /// A matrix [in, gates · units] as [gates · units, in], the gates in PyTorch's order.
        case gates(String, KerasGates)
        /// Vectors of gates · units, one below the other: each becomes a tensor.
        case gateVectors([String], KerasGates)
        /// Something that only training needs.
        case nothing
    }

    /// Where it is in `model.weights.h5`, below its layer: `cell/vars/0`.
    var path: String
    /// Whether it stands among the trainable ones; older files list the others behind them.
    var isTrainable: Bool
    /// Names begin behind the layer's name and a point.
    var target: Target

    init(_ index: Int, _ target: Target, isTrainable: Bool = true) {
        (path, self.target, self.isTrainable) = ("vars/\(index)", target, isTrainable)
    }

    /// Whether the architecture has it.
    var isKept: Bool { if case .nothing = target { false } else { true } }

    /// The variable of a layer that is inside of another.
    func inside(_ container: String) -> KerasVariable {
        var variable = self
        variable.path = "\(container)/\(path)"
        return variable
    }
}
