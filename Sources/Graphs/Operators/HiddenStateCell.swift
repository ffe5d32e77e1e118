/// What a recurrent layer with a hidden state alone does in one step.
package enum HiddenStateCell: Sendable, Equatable {
    /// h' = (1 − z) ⊙ n + z ⊙ h with gates in the order z, r, n. The reset gate r acts on R·h (PyTorch, and Keras with
    /// `reset_after`) or on h before the product. z and r are made by one function, usually the logistic one, and n by
    /// another, usually tanh.
    case gru(resetsAfterProduct: Bool, gates: CellActivation, candidate: CellActivation)
    /// h' = f(W·x + R·h + b)
    case plain(CellActivation)

    /// Blocks of rows in the matrices.
    package var gateCount: Int {
        if case .gru = self { 3 } else { 1 }
    }

    /// Whether the reset gate acts before the product.
    var resetsEarly: Bool {
        if case .gru(resetsAfterProduct: false, _, _) = self { true } else { false }
    }
}
