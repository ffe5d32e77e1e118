import Tensors

/// Dropout of the hidden state between the steps of a recurrent layer (Gal and Ghahramani 2016): the same units are left
/// out in all steps of a sequence.
struct RecurrentDropout: Sendable {
    private let rate: Float
    private let node: UInt64
    private let hidden: Int
    /// Of each direction: the factor of each row's units.
    private let masks: [TrainingBuffer]
    /// The hidden states of a thread's rows before they are masked.
    private let plain: TrainingBuffer

    /// - Parameter rate: The part that is left out.
    /// - Returns: nil when nothing is.
    init?(rate: Float, shape: RecurrentShape, context: TrainingContext) {
        guard rate > 0 else { return nil }
        (self.rate, hidden, node) = (rate, shape.hidden, UInt64(context.position))
        masks = shape.directions.map { _ in context.saved(floats: shape.capacity * shape.hidden) }
        plain = context.scratch(floats: context.rowsPerThread * shape.hidden)
    }

    /// Draws the masks of some rows; each row has numbers of its own, so that they do not depend on the threads.
    func draw(_ operands: TrainingOperands, _ direction: Int) {
        let mask = unsafe operands[masks[direction]]
        for row in operands.rows {
            var mixer = RandomSource(seed: operands.seed ^ (node << 1 | UInt64(direction)) &* 0x9E37_79B9_7F4A_7C15)
            var random = RandomSource(seed: mixer.next() &+ UInt64(row) &* 0xD1B5_4A32_D192_ED03)
            for unit in 0..<hidden { unsafe mask[row * hidden + unit] = random.uniform() < rate ? 0 : 1 / (1 - rate) }
        }
    }

    /// Keeps a row's hidden state and masks it for the next step.
    /// - Parameters:
    ///   - row: Among the thread's.
    ///   - state: [hidden]
    func mask(_ operands: TrainingOperands, _ direction: Int, row: Int, _ state: UnsafeMutablePointer<Float>) {
        unsafe self.state(operands, row: row).update(from: state, count: hidden)
        unsafe scale(operands, direction, row: row, state)
    }

    /// A row's hidden state before it was masked.
    func state(_ operands: TrainingOperands, row: Int) -> UnsafeMutablePointer<Float> {
        unsafe operands[plain] + row * hidden
    }

    /// Takes the gradient of a masked state to that of the state itself, or a state to the masked one.
    func scale(_ operands: TrainingOperands, _ direction: Int, row: Int, _ vector: UnsafeMutablePointer<Float>) {
        let mask = unsafe operands[masks[direction]] + (operands.rows.lowerBound + row) * hidden
        for unit in 0..<hidden { unsafe vector[unit] *= mask[unit] }
    }

    /// Keeps the masks for the backward steps.
    func keep(_ context: BackwardContext) { for mask in masks { _ = context.keep(mask) } }
}
