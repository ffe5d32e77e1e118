import CKernels

/// One run of one direction of an LSTM layer over a batch: what it reads and where it writes.
///
/// The features of one step are contiguous; element (row, step, feature) of the input is at
/// `input[row · inputRowStride + step · inputStepStride + feature]`, of the output likewise. A stride between steps is
/// negative when time runs backwards; the pointers then point at the last step. Outputs must not overlap inputs,
/// except that the final states may be the initial states' own memory.
@safe
package struct LSTMBatch {
    /// Rows (sequences) in the batch; may be 0.
    package let rows: Int
    /// Time steps of every row; with 0 the final states are the initial ones.
    package let steps: Int
    package let input: UnsafePointer<Float>
    package let inputRowStride: Int
    package let inputStepStride: Int
    /// Initial hidden and cell states; nil for zeros.
    package let initialHidden: UnsafePointer<Float>?
    package let initialCell: UnsafePointer<Float>?
    /// Receives the hidden state of every step; nil if not wanted.
    package let output: UnsafeMutablePointer<Float>?
    package let outputRowStride: Int
    package let outputStepStride: Int
    /// Receive the final hidden and cell states; nil if not wanted.
    package let finalHidden: UnsafeMutablePointer<Float>?
    package let finalCell: UnsafeMutablePointer<Float>?
    /// Floats from one row to the next in all four states.
    package let stateRowStride: Int

    package init(
        rows: Int, steps: Int, input: UnsafePointer<Float>, inputRowStride: Int, inputStepStride: Int,
        initialHidden: UnsafePointer<Float>? = nil, initialCell: UnsafePointer<Float>? = nil,
        output: UnsafeMutablePointer<Float>? = nil, outputRowStride: Int = 0, outputStepStride: Int = 0,
        finalHidden: UnsafeMutablePointer<Float>? = nil, finalCell: UnsafeMutablePointer<Float>? = nil,
        stateRowStride: Int
    ) {
        precondition(rows >= 0 && steps >= 0, "a batch has no negative number of rows or steps")
        self.rows = rows
        self.steps = steps
        unsafe self.input = input
        self.inputRowStride = inputRowStride
        self.inputStepStride = inputStepStride
        unsafe self.initialHidden = initialHidden
        unsafe self.initialCell = initialCell
        unsafe self.output = output
        self.outputRowStride = outputRowStride
        self.outputStepStride = outputStepStride
        unsafe self.finalHidden = finalHidden
        unsafe self.finalCell = finalCell
        self.stateRowStride = stateRowStride
    }

    var sequences: apus_sequences {
        unsafe apus_sequences(
            n: rows, T: steps, x: input, x_row: inputRowStride, x_time: inputStepStride, h0: initialHidden,
            c0: initialCell, y: output, y_row: outputRowStride, y_time: outputStepStride, h_out: finalHidden,
            c_out: finalCell, state_row: stateRowStride)
    }
}
