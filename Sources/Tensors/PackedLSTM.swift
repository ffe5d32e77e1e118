import CKernels

/// The weights of one direction of one LSTM layer, packed for one instruction set level.
///
/// Gate order i, f, g, o: c' = σ(f)·c + σ(i)·tanh(g), h' = σ(o)·tanh(c') with gates W·x + R·h + bias
/// (Hochreiter & Schmidhuber, "Long Short-Term Memory", 1997; forget gate: Gers et al., 2000).
package struct PackedLSTM: Sendable {
    /// Features of one step.
    package let inputSize: Int
    /// Hidden units.
    package let hiddenSize: Int
    /// Which level's kernels understand the weights.
    package let level: KernelLevel
    private let weights: AlignedStorage

    /// Takes weights from `pack` with the same sizes and kernels.
    package init(inputSize: Int, hiddenSize: Int, weights: AlignedStorage, kernels: Kernels) {
        let count = unsafe kernels.table.pointee.recurrent.lstm_packed_size(inputSize, hiddenSize)
        precondition(weights.byteCount == count * MemoryLayout<Float>.stride, "LSTM weights are of another size")
        self.inputSize = inputSize
        self.hiddenSize = hiddenSize
        self.weights = weights
        level = kernels.level
    }

    /// Packs the weights of one layer direction.
    /// - Parameters:
    ///   - inputSize: features of one step, at least 1.
    ///   - hiddenSize: hidden units, at least 1.
    ///   - inputWeights: [4, hiddenSize, inputSize].
    ///   - recurrentWeights: [4, hiddenSize, hiddenSize].
    ///   - bias: [4, hiddenSize], the input and the recurrent bias summed.
    ///   - kernels: the level to pack for.
    /// - Returns: weights for an `LSTMBatch` run at that level.
    package static func pack(
        inputSize: Int, hiddenSize: Int, inputWeights: [Float], recurrentWeights: [Float], bias: [Float],
        kernels: Kernels
    ) -> AlignedStorage {
        precondition(inputSize >= 1 && hiddenSize >= 1, "an LSTM needs at least one input and one hidden unit")
        precondition(inputWeights.count == 4 * hiddenSize * inputSize, "LSTM input weights are [4, hidden, input]")
        precondition(recurrentWeights.count == 4 * hiddenSize * hiddenSize, "recurrent weights are [4, hidden, hidden]")
        precondition(bias.count == 4 * hiddenSize, "an LSTM bias is [4, hidden]")
        let table = unsafe kernels.table.pointee.recurrent
        let storage = AlignedStorage(floatCount: table.lstm_packed_size(inputSize, hiddenSize))
        unsafe table.lstm_pack(inputSize, hiddenSize, inputWeights, recurrentWeights, bias, storage.floats)
        return storage
    }

    /// The C view of the weights, valid as long as `self`.
    var layer: apus_lstm {
        unsafe apus_lstm(input_size: inputSize, hidden_size: hiddenSize, packed: weights.floats)
    }
}
