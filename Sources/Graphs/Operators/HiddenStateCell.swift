/// What a recurrent layer with a hidden state alone does in one step.
package enum HiddenStateCell: Sendable, Equatable {
    /// h' = (1 − z) ⊙ n + z ⊙ h with gates in the order z, r, n. The reset gate r acts on R·h (PyTorch, and Keras with
    /// `reset_after`) or on h before the product.
    case gru(resetsAfterProduct: Bool)
    /// h' = tanh(W·x + R·h + b)
    case tanh
    /// h' = max(W·x + R·h + b, 0)
    case relu

    /// Blocks of rows in the matrices.
    package var gateCount: Int {
        if case .gru = self { 3 } else { 1 }
    }
}
