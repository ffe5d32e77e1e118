import Tensors

/// An LSTM whose functions are not the usual ones, or whose weights are many: all rows go through a step together, in two matrix products and
/// plain arithmetic.
extension LSTMLayer {
    static func inputLabel(_ direction: Int) -> String { "input \(direction)" }
    static func recurrentLabel(_ direction: Int) -> String { "recurrent \(direction)" }

    func lowerPlain(_ context: inout LoweringContext, _ places: LSTMPlaces) {
        let strides = strides(rows: places.rowsEach, steps: places.steps)
        let runs = cells.indices.map { index in
            PlainLSTMRun(self, index, strides: strides, places: places, &context)
        }
        let (floats, ahead) = (10 * hiddenSize, 4 * hiddenSize * PlainLSTMRun.stepsAhead)
        context.addChunkStep(reads: places.reads, scratch: [{ rows in rows * places.rowsEach * floats + ahead }]) {
            operands, rows in
            for run in runs { run.perform(operands, rows: rows * places.rowsEach) }
        }
    }
}

/// One direction of an LSTM with any functions.
private struct PlainLSTMRun: Sendable {
    private let kernels: Kernels
    private let index: Int
    private let isReversed: Bool
    private let repeatsOutput: Bool
    private let activations: [CellActivation]
    private let strides: RecurrentStrides
    private let places: LSTMPlaces
    private let inputs, hidden: Int
    /// Packed [I, 4 · H] and [H, 4 · H].
    private let inputWeights, recurrentWeights: AlignedStorage
    private let bias: AlignedStorage

    init(
        _ layer: LSTMLayer, _ index: Int, strides: RecurrentStrides, places: LSTMPlaces,
        _ context: inout LoweringContext
    ) {
        let cell = layer.cells[index]
        (kernels, self.index, isReversed) = (context.kernels, index, cell.direction == .reverse)
        (repeatsOutput, activations) = (layer.repeatsOutput, layer.activations)
        (self.strides, self.places, inputs, hidden) = (strides, places, layer.inputSize, layer.hiddenSize)
        let (kernels, rows) = (kernels, 4 * hidden)
        inputWeights = context.packed(LSTMLayer.inputLabel(index)) { kernels.packed(cell.weights.inputGates) }
        recurrentWeights = context.packed(LSTMLayer.recurrentLabel(index)) {
            kernels.packed(cell.weights.recurrentGates)
        }
        cell.weights.release()
        bias = context.packed("bias \(index)") { Tensor(cell.bias, shape: [rows]).storage }
    }

    /// Steps of a sequence alone whose inputs are multiplied together, so that these weights are read once for all.
    static let stepsAhead = 16

    /// Runs over rows that lie as `strides` say.
    func perform(_ operands: Operands, rows: Int) {
        let width = 4 * hidden
        let fromState = unsafe operands[places.scratch]
        let state = unsafe fromState + rows * width
        let cell = unsafe state + rows * hidden
        let sums = unsafe cell + rows * hidden
        for row in 0..<rows {
            let initial = places.states(places.initial, operands, stateOffset(row))
            unsafe copy(initial.hidden, to: state + row * hidden)
            unsafe copy(initial.cell, to: cell + row * hidden)
        }
        for count in 0..<places.steps {
            let step = isReversed ? places.steps - 1 - count : count
            let own = unsafe sums + inputSums(operands, rows: rows, count: count, step: step, into: sums) * width
            unsafe kernels.gemmPacked(
                m: rows, n: width, k: hidden, a: state, lda: hidden, packedB: recurrentWeights.floats, bias: nil,
                clamp: .none, c: fromState, ldc: width)
            unsafe kernels.add(own, fromState, into: own, count: rows * width)
            for row in 0..<rows {
                unsafe update(
                    operands, row: row, step: step, own + row * width, state + row * hidden, cell + row * hidden)
            }
        }
        for row in 0..<rows {
            let final = places.states(places.final, operands, stateOffset(row))
            if let target = unsafe final.hidden { unsafe target.update(from: state + row * hidden, count: hidden) }
            if let target = unsafe final.cell { unsafe target.update(from: cell + row * hidden, count: hidden) }
        }
    }

    /// Makes sure that `sums` has what the inputs of the n-th step give.
    /// - Returns: The row of `sums` at which they begin: with several rows those of the step alone are there.
    private func inputSums(
        _ operands: Operands, rows: Int, count: Int, step: Int, into sums: UnsafeMutablePointer<Float>
    ) -> Int {
        let place = rows == 1 ? count % Self.stepsAhead : 0
        let together = rows == 1 ? min(Self.stepsAhead, places.steps - count + place) : 1
        let first = isReversed && rows == 1 ? step + place - (together - 1) : step - place
        if place == 0 {
            unsafe kernels.gemmPacked(
                m: rows == 1 ? together : rows, n: 4 * hidden, k: inputs,
                a: operands[0] + first * strides.inputStep,
                lda: rows == 1 ? max(strides.inputStep, inputs) : strides.inputRow, packedB: inputWeights.floats,
                bias: bias.floats, clamp: .none, c: sums, ldc: 4 * hidden)
        }
        return rows == 1 ? step - first : 0
    }

    private func stateOffset(_ row: Int) -> Int { row * strides.stateRow + index * strides.stateDirection }

    private func copy(_ source: UnsafeMutablePointer<Float>?, to target: UnsafeMutablePointer<Float>) {
        if let source = unsafe source {
            unsafe target.update(from: source, count: hidden)
        } else {
            unsafe target.update(repeating: 0, count: hidden)
        }
    }

    private func isActive(_ operands: Operands, row: Int, step: Int) -> Bool {
        guard let lengths = places.lengths else { return true }
        return unsafe places.counting.contains(step, row: row, steps: places.steps, operands[lengths])
    }

    /// Makes a row's next states of its sums in the order i, f, g, o, unless the step does not count.
    private func update(
        _ operands: Operands, row: Int, step: Int, _ sums: UnsafeMutablePointer<Float>,
        _ state: UnsafeMutablePointer<Float>, _ cell: UnsafeMutablePointer<Float>
    ) {
        let output = unsafe places.output.map {
            unsafe operands[$0] + strides.output(row: row, step: step, direction: index)
        }
        guard isActive(operands, row: row, step: step) else {
            guard let output = unsafe output else { return }
            let before = isReversed ? (step + 1)..<places.steps : 0..<step
            if repeatsOutput, before.contains(where: { isActive(operands, row: row, step: $0) }) {
                unsafe output.update(from: state, count: hidden)
            } else {
                unsafe output.update(repeating: 0, count: hidden)
            }
            return
        }
        let (f, g, o) = unsafe (sums + hidden, sums + 2 * hidden, sums + 3 * hidden)
        unsafe activations[0].apply(kernels, sums, into: sums, count: 2 * hidden)
        unsafe activations[1].apply(kernels, g, into: g, count: hidden)
        unsafe activations[0].apply(kernels, o, into: o, count: hidden)
        for unit in 0..<hidden { unsafe cell[unit] = f[unit] * cell[unit] + sums[unit] * g[unit] }
        unsafe activations[2].apply(kernels, cell, into: state, count: hidden)
        unsafe kernels.multiply(state, o, into: state, count: hidden)
        if let output = unsafe output { unsafe output.update(from: state, count: hidden) }
    }
}
