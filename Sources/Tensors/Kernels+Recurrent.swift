import CKernels

/// Recurrent layers. A row of a batch comes out with the same bits as the row alone.
extension Kernels {
    /// Floats of workspace that `runLSTM` needs for `rows` sequences or fewer of any length.
    package func lstmWorkspaceCount(_ lstm: PackedLSTM, rows: Int) -> Int {
        var layer = unsafe lstm.layer
        return unsafe table.pointee.recurrent.lstm_workspace(&layer, rows, 0)
    }

    /// Runs one direction of one LSTM layer over a batch on the calling thread. Allocates nothing.
    ///
    /// A NaN among the inputs makes its own row NaN and no other; infinite and huge inputs saturate the gates.
    /// - Parameters:
    ///   - lstm: Weights packed for this level.
    ///   - batch: What to read and write; see `LSTMBatch`.
    ///   - workspace: At least `lstmWorkspaceCount(lstm, rows:)` floats, best aligned to 64 bytes.
    package func runLSTM(_ lstm: PackedLSTM, _ batch: LSTMBatch, workspace: UnsafeMutablePointer<Float>) {
        precondition(lstm.level == level, "LSTM weights are packed for another instruction set level")
        var layer = unsafe lstm.layer
        var sequences = unsafe batch.sequences
        unsafe table.pointee.recurrent.lstm(&layer, &sequences, workspace)
        // The C view does not keep the packed weights alive.
        withExtendedLifetime(lstm) {}
    }
}
