/// The gates of a recurrent cell: how Keras orders them, and PyTorch.
enum KerasGates: Sendable {
    /// i, f, c, o in both.
    case lstm
    /// z, r, h in Keras and r, z, n in PyTorch.
    case gru
    case plain

    /// Which of Keras's gates comes at each place.
    var order: [Int] {
        switch self {
        case .lstm: [0, 1, 2, 3]
        case .gru: [1, 0, 2]
        case .plain: [0]
        }
    }
}
