import Graphs

/// The kinds of recurrent layers, and how the rows of their matrices are ordered.
enum RecurrentKind: Sendable, Equatable {
    case lstm, gru
    /// A plain recurrent layer with its activation.
    case rnn(RecurrentActivation)

    enum RecurrentActivation: String, Sendable, CaseIterable { case tanh, relu }

    /// The ONNX operator.
    var operatorName: String {
        switch self {
        case .lstm: "LSTM"
        case .gru: "GRU"
        case .rnn: "RNN"
        }
    }

    /// Where each gate of the file, in PyTorch's order, stands in the graph, in ONNX's: i, f, g, o in i, o, f, c, and
    /// r, z, n in z, r, h.
    var gates: [Int] {
        switch self {
        case .lstm: [0, 2, 3, 1]
        case .gru: [1, 0, 2]
        case .rnn: [0]
        }
    }

    /// Bias vectors a layer has when it is not said: Keras has one for LSTM and plain layers, and two for GRU, whose
    /// reset gate stands between them.
    func biasVectors(_ convention: InitializerConvention) -> Int {
        self == .gru || convention == .pytorch ? 2 : 1
    }
}
