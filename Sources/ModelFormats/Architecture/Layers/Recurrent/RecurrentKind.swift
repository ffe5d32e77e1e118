import Graphs

/// The kinds of recurrent layers, and how the rows of their matrices are ordered.
enum RecurrentKind: Sendable, Equatable {
    case lstm
    /// With the reset gate after the product of the hidden state, as PyTorch and cuDNN have it, or before.
    case gru(resetsAfterProduct: Bool)
    case rnn

    /// The ONNX operator.
    var operatorName: String {
        switch self {
        case .lstm: "LSTM"
        case .gru: "GRU"
        case .rnn: "RNN"
        }
    }

    /// Keras's layer.
    var layerName: String { self == .rnn ? "SimpleRNN" : operatorName }

    /// Where each gate of the file, in PyTorch's order, stands in the graph, in ONNX's: i, f, g, o in i, o, f, c, and
    /// r, z, n in z, r, h.
    var gates: [Int] {
        switch self {
        case .lstm: [0, 2, 3, 1]
        case .gru: [1, 0, 2]
        case .rnn: [0]
        }
    }

    /// States that a cell hands from step to step.
    var stateCount: Int { self == .lstm ? 2 : 1 }

    /// The functions of a cell as ONNX counts them.
    var usualActivations: [CellActivation] {
        switch self {
        case .lstm: LSTM.usualActivations
        case .gru: GRU.usualActivations
        case .rnn: RNN.usualActivations
        }
    }

    /// Bias vectors a layer has when it is not said: Keras has one for LSTM and plain layers, and two for GRU, whose
    /// reset gate stands between them.
    func biasVectors(_ convention: InitializerConvention) -> Int {
        self == .gru(resetsAfterProduct: true) || convention == .pytorch ? 2 : 1
    }
}
