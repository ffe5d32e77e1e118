import Tensors

/// One step of a recurrent layer for the rows of one thread.
@safe struct RecurrentStep {
    let rows, steps, index: Int
    /// [rows, joined]: the features of the step and the hidden state before it; what follows them is the cell's.
    let inputs: UnsafeMutablePointer<Float>
    /// The hidden state after it, rows as far apart as those of `inputs`.
    let hidden: UnsafeMutablePointer<Float>
    /// What the cell keeps of all steps.
    let saved: UnsafeMutablePointer<Float>
    let packed: UnsafePointer<Float>
    let bias: UnsafePointer<Float>
    /// nil on the way forward.
    let backward: Backward?

    /// What a step has on the way back.
    @safe struct Backward {
        /// Packed weights that take gradients of sums to those of joined rows.
        let turned: UnsafePointer<Float>
        /// Room for [rows, joined].
        let joined: UnsafeMutablePointer<Float>
        /// [rows, hidden]: the gradient of the cell state after the step.
        let cellGradient: UnsafeMutablePointer<Float>
        /// [rows, hidden]: takes the gradient of what passes by the sums of the step.
        let passedGradient: UnsafeMutablePointer<Float>
    }
}
