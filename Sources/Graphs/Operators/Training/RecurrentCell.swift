import Tensors

/// What differs between the recurrent layers: how a step's sums become a hidden state, and back.
protocol RecurrentCell: Sendable {
    /// The blocks of a step's sums.
    static var blocks: [RecurrentBlock] { get }
    var shape: RecurrentShape { get }
    /// Whether there is a cell state beside the hidden one.
    var hasCellState: Bool { get }
    /// Floats kept for each sequence.
    func savedFloats(steps: Int) -> Int

    /// Lets a row's cell state before the first step be `source`, or zeros when that is nil.
    func startCellState(_ step: RecurrentStep, row: Int, from source: UnsafePointer<Float>?)

    /// Computes the step's hidden state, and keeps what the gradient needs.
    func forward(_ step: RecurrentStep)

    /// Lets a row's cell state after the step be the one before it: the row's step does not count.
    func keepState(_ step: RecurrentStep, row: Int)

    /// Copies a row's cell state after the step.
    func copyCellState(_ step: RecurrentStep, row: Int, to target: UnsafeMutablePointer<Float>)

    /// The gradient of the step's sums [rows, sums], and of the states before it as far as they do not pass through
    /// the sums: the cell state's, or the hidden state's if `passesHiddenGradient`, goes to
    /// `room.passedGradient`.
    func backward(
        _ step: RecurrentStep, _ room: RecurrentStep.Backward, hiddenGradient: UnsafePointer<Float>,
        into sums: UnsafeMutablePointer<Float>)

    /// Whether the hidden state before a step has a way around the sums. Such a cell has no cell state.
    var passesHiddenGradient: Bool { get }
}

extension RecurrentCell {
    var hasCellState: Bool { false }
    var passesHiddenGradient: Bool { false }
    func startCellState(_ step: RecurrentStep, row: Int, from source: UnsafePointer<Float>?) {}
    func keepState(_ step: RecurrentStep, row: Int) {}
    func copyCellState(_ step: RecurrentStep, row: Int, to target: UnsafeMutablePointer<Float>) {}
}
