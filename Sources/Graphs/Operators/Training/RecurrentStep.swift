import Tensors

/// One step of a recurrent layer for the rows of one thread.
@safe struct RecurrentStep {
    let rows, steps, index: Int
    /// [rows, inputs + hidden]: the features of the step and the hidden state before it.
    let inputs: UnsafePointer<Float>
    /// The hidden state after it, rows as far apart as those of `inputs`.
    let hidden: UnsafeMutablePointer<Float>
    /// What the cell keeps of all steps.
    let saved: UnsafeMutablePointer<Float>
    let packed: UnsafePointer<Float>
    let bias: UnsafePointer<Float>
    /// [rows, hidden]: the gradients of the cell state after the step and of what passes by the sums of the step;
    /// used in backward steps only.
    let cellGradient, previousStateGradient: UnsafeMutablePointer<Float>
}
