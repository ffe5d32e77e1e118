import Tensors

/// The sizes of a recurrent layer in training.
struct RecurrentShape: Sendable {
    /// Features of a step.
    let inputs: Int
    /// Hidden units.
    let hidden: Int
    /// Gates as the parameters have them: W [gates · hidden, inputs], R [gates · hidden, hidden].
    let gates: Int
    /// The blocks of `hidden` sums that a step computes from its input and the hidden state before it.
    let blocks: [RecurrentBlock]
    /// Bias vectors [gates · hidden] of each direction: 2, one for W and one for R; 1 for their sum; or 0.
    let biasVectors: Int
    let directions: [RecurrentDirection]
    /// Steps of a sequence.
    let steps: Int
    /// Rows of the largest batch.
    let capacity: Int
    /// Whether X is [batch, time, features] instead of [time, batch, features].
    let isBatchFirst: Bool

    /// The sizes of an operator with the inputs X, W, R and B.
    /// - Throws: when a sequence is not a row of the batch.
    init(
        gates: Int, blocks: [RecurrentBlock], directions: [RecurrentDirection], layout: RecurrentLayout,
        context: TrainingContext
    ) throws(GraphError) {
        let weights = context.shape(ofInput: 1)
        (self.gates, self.blocks, self.directions) = (gates, blocks, directions)
        (inputs, hidden) = (weights[2], weights[1] / gates)
        biasVectors = context.hasInput(3) ? context.shape(ofInput: 3)[1] / weights[1] : 0
        isBatchFirst = layout == .batchFirst
        steps = context.shape(ofInput: 0)[isBatchFirst ? 1 : 0]
        capacity = context.capacity
        guard context.shape(ofInput: 0)[isBatchFirst ? 0 : 1] == capacity else {
            throw .unsupported("a recurrent layer over several sequences of each row is not trained")
        }
    }

    /// Floats of a row of the joined input and hidden state, and the hidden state after its reset where a block takes it.
    var joined: Int { inputs + (blocks.contains(where: \.hasReset) ? 2 : 1) * hidden }
    /// Sums of a step.
    var sums: Int { blocks.count * hidden }
    /// Floats of each parameter that one direction has.
    var parameterSizes: (weights: Int, recurrent: Int, biases: Int) {
        (gates * hidden * inputs, gates * hidden * hidden, biasVectors * gates * hidden)
    }

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

    /// The time of the step with this index.
    func time(_ index: Int, direction: Int) -> Int {
        directions[direction] == .reverse ? steps - 1 - index : index
    }
}
