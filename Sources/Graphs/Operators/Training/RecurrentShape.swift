import Tensors

/// The sizes of a recurrent layer in training.
struct RecurrentShape: Sendable {
    /// Features of a step.
    let inputs: Int
    /// Hidden units.
    let hidden: Int
    /// Blocks of `hidden` sums that a step computes from its input and the hidden state before it.
    let blocks: Int
    let directions: [RecurrentDirection]
    /// Steps of a sequence.
    let steps: Int
    /// Rows of the largest batch.
    let capacity: Int
    /// Floats of the biases of one direction: one vector of all gates or two, or 0 for none.
    let biases: Int
    /// Whether X is [batch, time, features] instead of [time, batch, features].
    let isBatchFirst: Bool

    init(
        inputs: Int, hidden: Int, blocks: Int, directions: [RecurrentDirection], isBatchFirst: Bool,
        context: TrainingContext
    ) {
        (self.inputs, self.hidden, self.blocks) = (inputs, hidden, blocks)
        (self.directions, self.isBatchFirst) = (directions, isBatchFirst)
        steps = context.shape(ofInput: 0)[isBatchFirst ? 1 : 0]
        capacity = context.capacity
        biases = context.hasInput(3) ? context.shape(ofInput: 3)[1] : 0
    }

    /// Floats of a row of the joined input and hidden state.
    var joined: Int { inputs + hidden }
    /// Sums of a step.
    var sums: Int { blocks * hidden }

    /// Where the features of a step lie in X.
    func inputOffset(row: Int, time: Int) -> Int {
        (isBatchFirst ? row * steps + time : time * capacity + row) * inputs
    }

    /// Where the hidden state of a step lies in Y, [time, directions, batch, hidden] or [batch, time, directions, hidden].
    func outputOffset(row: Int, time: Int, direction: Int) -> Int {
        let count = directions.count
        return
            (isBatchFirst
            ? (row * steps + time) * count + direction : (time * count + direction) * capacity + row) * hidden
    }

    /// Where a final state lies, [directions, batch, hidden] or [batch, directions, hidden].
    func stateOffset(row: Int, direction: Int) -> Int {
        (isBatchFirst ? row * directions.count + direction : direction * capacity + row) * hidden
    }

    /// matrix[inputs + hidden][rows] = [W; R] joined and turned, W [rows, inputs], R [rows, hidden].
    func join(
        _ weights: UnsafePointer<Float>, _ recurrent: UnsafePointer<Float>, rows: Int,
        into matrix: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<rows {
            for column in 0..<inputs { unsafe matrix[column * rows + row] = weights[row * inputs + column] }
            for column in 0..<hidden {
                unsafe matrix[(inputs + column) * rows + row] = recurrent[row * hidden + column]
            }
        }
    }

    /// Adds the columns of a joined gradient [rows, inputs + hidden] to those of W and R.
    func addJoined(
        _ matrix: UnsafePointer<Float>, rows: Int, to weights: UnsafeMutablePointer<Float>?,
        _ recurrent: UnsafeMutablePointer<Float>?
    ) {
        for row in 0..<rows {
            if let weights = unsafe weights {
                for column in 0..<inputs { unsafe weights[row * inputs + column] += matrix[row * joined + column] }
            }
            if let recurrent = unsafe recurrent {
                for column in 0..<hidden {
                    unsafe recurrent[row * hidden + column] += matrix[row * joined + inputs + column]
                }
            }
        }
    }

    /// The time of the step with this index.
    func time(_ index: Int, direction: Int) -> Int {
        directions[direction] == .reverse ? steps - 1 - index : index
    }
}

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
    /// [rows, hidden]: gradients of the cell state after and before the step; used in backward steps only.
    let cellGradient, previousCellGradient: UnsafeMutablePointer<Float>
}

/// What differs between the recurrent layers: how a step's sums become a hidden state, and back.
protocol RecurrentCell: Sendable {
    var shape: RecurrentShape { get }
    /// Whether there is a cell state beside the hidden one.
    var hasCellState: Bool { get }
    /// Gates as the parameters have them: W [gates · hidden, inputs], R [gates · hidden, hidden], B [gates · hidden] or
    /// twice that, for W·x and for R·h.
    var gateCount: Int { get }
    /// Floats kept for each sequence.
    func savedFloats(steps: Int) -> Int

    /// Fills the matrix [inputs + hidden, sums] and the biases [sums] of one direction from the layer's parameters.
    func fill(
        matrix: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>,
        recurrent: UnsafePointer<Float>, biases: UnsafePointer<Float>?)

    /// Adds the gradients of matrix [sums, inputs + hidden] and biases [sums] to those of the parameters.
    func addGradients(
        matrix: UnsafePointer<Float>, bias: UnsafePointer<Float>, weights: UnsafeMutablePointer<Float>?,
        recurrent: UnsafeMutablePointer<Float>?, biases: UnsafeMutablePointer<Float>?)

    /// Computes the step's hidden state, and keeps what the gradient needs.
    func forward(_ step: RecurrentStep)

    /// Lets a row's cell state after the step be the one before it: the row's sequence has ended.
    func keepState(_ step: RecurrentStep, row: Int)

    /// Copies a row's cell state after the step.
    func copyCellState(_ step: RecurrentStep, row: Int, to target: UnsafeMutablePointer<Float>)

    /// The gradient of the step's sums [rows, sums], and of the states before it as far as they do not pass through
    /// the sums: the cell state's goes to `step.previousCellGradient`, the hidden state's stays in `hiddenGradient`.
    func backward(
        _ step: RecurrentStep, hiddenGradient: UnsafeMutablePointer<Float>, into sums: UnsafeMutablePointer<Float>)
    /// Whether `backward` leaves something in `hiddenGradient`.
    var passesHiddenGradient: Bool { get }
}

extension RecurrentCell {
    /// Whether R·h has a bias vector of its own.
    var hasRecurrentBias: Bool { shape.biases == 2 * gateCount * shape.hidden }
    var hasCellState: Bool { false }
    var passesHiddenGradient: Bool { false }
    func keepState(_ step: RecurrentStep, row: Int) {}
    func copyCellState(_ step: RecurrentStep, row: Int, to target: UnsafeMutablePointer<Float>) {}
}
