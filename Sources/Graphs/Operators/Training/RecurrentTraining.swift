import Tensors

/// The steps of a recurrent layer in training: through time forward, and back (Werbos 1990).
///
/// A step's sums are one product of [features, hidden state] with [W; R] joined. Each thread keeps its rows' steps one
/// after another, so that the gradient of the weights is one product summed over all steps and rows.
struct RecurrentTraining<Cell: RecurrentCell>: Sendable {
    let shape: RecurrentShape
    let cell: Cell
    let kernels: Kernels
    let x, weights, recurrent: TrainingBuffer
    let biases, lengths: TrainingBuffer?
    /// What the input of lengths says.
    let counting: ActiveSteps
    /// Whether all hidden states repeat themselves where a step does not count instead of being 0.
    let repeatsOutput: Bool
    /// The hidden and the cell states before the first step; nil for zeros.
    let initial: [TrainingBuffer?]
    /// All hidden states, the last hidden and the last cell states; nil where nobody wants them.
    let outputs: [TrainingBuffer?]
    /// Of each direction: the joined weights, packed, and their biases.
    let packed, bias: [TrainingBuffer]
    /// What training leaves out of the hidden states; nil for nothing.
    let dropout: RecurrentDropout?
    /// Of each direction: [steps + 1, rows, joined] and what the cell keeps, each row at its place.
    let joined, saved: [TrainingBuffer]

    /// - Throws: when initial states are not those of each row.
    init(
        shape: RecurrentShape, cell: Cell, common: RecurrentAttributes, context: TrainingContext
    ) throws(GraphError) {
        (self.shape, self.cell, kernels) = (shape, cell, context.kernels)
        repeatsOutput = common.repeatsOutput
        dropout = RecurrentDropout(rate: common.recurrentDropout, shape: shape, context: context)
        (x, weights, recurrent) = (context.input(0), context.input(1), context.input(2))
        biases = context.hasInput(3) ? context.input(3) : nil
        lengths = context.hasInput(4) ? context.input(4) : nil
        counting = context.hasInput(4) && context.shape(ofInput: 4).rank == 2 ? .mask : .lengths
        initial = [5, 6].map { context.hasInput($0) ? context.input($0) : nil }
        for index in [5, 6] where context.hasInput(index) {
            guard try context.axis(ofInput: index) != nil else {
                throw .unsupported("a recurrent layer is trained with initial states of each row only")
            }
        }
        outputs = (0..<3).map { context.wantsOutput($0) ? context.output($0) : nil }
        let (directions, kernels) = (shape.directions.indices, kernels)
        packed = directions.map { _ in
            context.prepared(floats: kernels.packedBSize(n: shape.sums, k: shape.joined) + shape.joined * shape.sums)
        }
        bias = directions.map { _ in context.prepared(floats: shape.sums) }
        joined = directions.map { _ in
            context.saved(floats: shape.capacity * (shape.steps + 1) * shape.joined)
        }
        saved = directions.map { _ in
            context.saved(floats: shape.capacity * cell.savedFloats(steps: shape.steps))
        }
    }

    /// The parts of the parameters that belong to a direction.
    func parameters(_ operands: TrainingOperands, _ direction: Int) -> (
        weights: UnsafePointer<Float>, recurrent: UnsafePointer<Float>, biases: UnsafePointer<Float>?
    ) {
        let sizes = shape.parameterSizes
        return unsafe (
            UnsafePointer(operands[weights] + direction * sizes.weights),
            UnsafePointer(operands[recurrent] + direction * sizes.recurrent),
            biases.map { unsafe UnsafePointer(operands[$0] + direction * sizes.biases) }
        )
    }

    func addForward(_ context: TrainingContext) {
        for direction in shape.directions.indices {
            let (packed, bias) = (packed[direction], bias[direction])
            context.addPreparation { operands in
                let matrix = unsafe operands[packed] + kernels.packedBSize(n: shape.sums, k: shape.joined)
                let own = unsafe parameters(operands, direction)
                unsafe shape.fill(
                    matrix: matrix, bias: operands[bias], weights: own.weights, recurrent: own.recurrent,
                    biases: own.biases)
                unsafe kernels.packB(
                    n: shape.sums, k: shape.joined, b: matrix, rowStride: shape.sums, columnStride: 1,
                    into: operands[packed])
            }
        }
        context.addForward { operands in
            for direction in shape.directions.indices { forward(operands, direction) }
        }
    }

    /// The step with this index, for the rows of one thread.
    func step(
        _ operands: TrainingOperands, _ direction: Int, _ index: Int, backward: RecurrentStep.Backward? = nil
    ) -> RecurrentStep {
        let rows = operands.rows
        let base = unsafe operands[joined[direction]] + rows.lowerBound * (shape.steps + 1) * shape.joined
        let saved = unsafe operands[saved[direction]] + rows.lowerBound * cell.savedFloats(steps: shape.steps)
        return unsafe RecurrentStep(
            rows: rows.count, steps: shape.steps, index: index,
            inputs: base + index * rows.count * shape.joined,
            hidden: base + (index + 1) * rows.count * shape.joined + shape.inputs, saved: saved,
            packed: UnsafePointer(operands[packed[direction]]), bias: UnsafePointer(operands[bias[direction]]),
            backward: backward)
    }

    /// Whether a row's step at a time counts.
    func isActive(_ operands: TrainingOperands, row: Int, time: Int) -> Bool {
        guard let lengths else { return true }
        return unsafe counting.contains(time, row: row, steps: shape.steps, operands[lengths])
    }

    /// Whether a row's step has an output: one of its own, or that of a step before it.
    func hasOutput(_ operands: TrainingOperands, _ direction: Int, _ index: Int, row: Int) -> Bool {
        if isActive(operands, row: row, time: shape.time(index, direction: direction)) { return true }
        guard repeatsOutput else { return false }
        // Sequences that start at zero need no first output: the hidden state is 0, too.
        return initial[0] == nil
            || (0..<index).contains { isActive(operands, row: row, time: shape.time($0, direction: direction)) }
    }

    private func forward(_ operands: TrainingOperands, _ direction: Int) {
        let rows = operands.rows
        gatherInputs(operands, direction)
        let dropout = operands.isTraining ? dropout : nil
        dropout?.draw(operands, direction)
        for row in 0..<rows.count {
            unsafe dropout?.mask(
                operands, direction, row: row,
                step(operands, direction, 0).inputs + row * shape.joined + shape.inputs)
            let offset = shape.stateOffset(row: rows.lowerBound + row, direction: direction)
            unsafe cell.startCellState(
                step(operands, direction, 0), row: row, from: initial[1].map { unsafe operands[$0] + offset })
        }
        for index in 0..<shape.steps {
            let step = step(operands, direction, index)
            cell.forward(step)
            let time = shape.time(index, direction: direction)
            if lengths != nil {
                for row in 0..<rows.count where !isActive(operands, row: rows.lowerBound + row, time: time) {
                    let before = unsafe dropout?.state(operands, row: row)
                    unsafe (step.hidden + row * shape.joined).update(
                        from: before ?? step.inputs + row * shape.joined + shape.inputs, count: shape.hidden)
                    cell.keepState(step, row: row)
                }
            }
            copyOutput(step, operands, direction)
            guard let dropout, index + 1 < shape.steps else { continue }
            for row in 0..<rows.count {
                unsafe dropout.mask(operands, direction, row: row, step.hidden + row * shape.joined)
            }
        }
        copyFinalStates(operands, direction)
    }

    /// Copies the hidden states of a step to the list of all of them.
    private func copyOutput(_ step: RecurrentStep, _ operands: TrainingOperands, _ direction: Int) {
        guard let y = outputs[0] else { return }
        let time = shape.time(step.index, direction: direction)
        for row in 0..<operands.rows.count {
            let whole = operands.rows.lowerBound + row
            let target = unsafe operands[y] + shape.outputOffset(row: whole, time: time, direction: direction)
            if hasOutput(operands, direction, step.index, row: whole) {
                unsafe target.update(from: step.hidden + row * shape.joined, count: shape.hidden)
            } else {
                unsafe target.update(repeating: 0, count: shape.hidden)
            }
        }
    }

    /// Copies the features of each step beside the hidden states, and starts the first of those.
    private func gatherInputs(_ operands: TrainingOperands, _ direction: Int) {
        let (rows, x) = unsafe (operands.rows, operands[x])
        var target = unsafe operands[joined[direction]] + rows.lowerBound * (shape.steps + 1) * shape.joined
        for row in 0..<rows.count {
            let hidden = unsafe target + row * shape.joined + shape.inputs
            if let initial = initial[0] {
                let offset = shape.stateOffset(row: rows.lowerBound + row, direction: direction)
                unsafe hidden.update(from: operands[initial] + offset, count: shape.hidden)
            } else {
                unsafe hidden.update(repeating: 0, count: shape.hidden)
            }
        }
        for index in 0..<shape.steps {
            let time = shape.time(index, direction: direction)
            for row in rows {
                let source = unsafe x + shape.inputOffset(row: row, time: time)
                if shape.inputs == 1 {
                    unsafe target.pointee = source.pointee
                } else {
                    unsafe target.update(from: source, count: shape.inputs)
                }
                unsafe target += shape.joined
            }
        }
    }

    private func copyFinalStates(_ operands: TrainingOperands, _ direction: Int) {
        let (rows, last) = (operands.rows, step(operands, direction, shape.steps - 1))
        for row in 0..<rows.count {
            let offset = shape.stateOffset(row: rows.lowerBound + row, direction: direction)
            if let hidden = outputs[1] {
                unsafe (operands[hidden] + offset).update(from: last.hidden + row * shape.joined, count: shape.hidden)
            }
            if cell.hasCellState, let state = outputs[2] {
                unsafe cell.copyCellState(last, row: row, to: operands[state] + offset)
            }
        }
    }
}
