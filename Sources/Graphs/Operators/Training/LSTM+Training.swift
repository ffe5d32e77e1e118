import Tensors

extension LSTM {
    /// Without what changes nothing: lengths that are all steps, and initial states of zero.
    package func weighted(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        let kept = try RecurrentInputs.kept(inputs, states: [5, 6], layout: layout)
        return kept.map { Specialization(self, inputs: $0) }
    }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        if context.hasInput(7) { throw .unsupported("LSTM with peepholes is not supported") }
        let shape = try RecurrentShape(
            gates: 4, blocks: LSTMTraining.blocks, directions: directions, layout: layout, context: context)
        let steps = try RecurrentTraining(
            shape: shape,
            cell: LSTMTraining(shape: shape, kernels: context.kernels, activations: common.activations),
            common: common, context: context)
        steps.addForward(context)
        context.onBackward { backward throws(GraphError) in steps.addBackward(backward) }
    }
}

/// The LSTM cell in training. Gates in the order i, o, f, g of ONNX.
struct LSTMTraining: RecurrentCell {
    static let blocks = (0..<4).map { RecurrentBlock(gate: $0) }
    let shape: RecurrentShape
    let kernels: Kernels
    /// The functions of the gates, of what goes into the cell and of what comes out of it.
    let activations: [CellActivation]

    private var isUsual: Bool { activations == LSTM.usualActivations }

    /// Kept for each sequence and step: gates [4, H], the cell state and its tanh; and the cell state before the first.
    func savedFloats(steps: Int) -> Int { (steps * 6 + 1) * shape.hidden }
    var hasCellState: Bool { true }

    func forward(_ step: RecurrentStep) {
        let (rows, hidden) = (step.rows, shape.hidden)
        let layout = Layout(step, hidden: hidden)
        unsafe kernels.gemmPacked(
            m: rows, n: 4 * hidden, k: shape.inputs + hidden, a: step.inputs, lda: shape.inputs + hidden,
            packedB: step.packed, bias: step.bias, clamp: .none, c: layout.gates(step.index), ldc: 4 * hidden)
        guard isUsual else { return makeStates(step, layout) }
        unsafe kernels.lstmGates(
            rows: rows, hiddenSize: hidden, z: layout.gates(step.index), previousCell: layout.cell(step.index),
            cell: layout.cell(step.index + 1), cellTanh: layout.cellTanh(step.index), hidden: step.hidden,
            hiddenStride: shape.inputs + hidden)
    }

    func startCellState(_ step: RecurrentStep, row: Int, from source: UnsafePointer<Float>?) {
        let cell = unsafe Layout(step, hidden: shape.hidden).cell(0) + row * shape.hidden
        if let source = unsafe source {
            unsafe cell.update(from: source, count: shape.hidden)
        } else {
            unsafe cell.update(repeating: 0, count: shape.hidden)
        }
    }

    func keepState(_ step: RecurrentStep, row: Int) {
        let (layout, hidden) = (Layout(step, hidden: shape.hidden), shape.hidden)
        unsafe (layout.cell(step.index + 1) + row * hidden)
            .update(from: layout.cell(step.index) + row * hidden, count: hidden)
    }

    func copyCellState(_ step: RecurrentStep, row: Int, to target: UnsafeMutablePointer<Float>) {
        let layout = Layout(step, hidden: shape.hidden)
        unsafe target.update(from: layout.cell(step.index + 1) + row * shape.hidden, count: shape.hidden)
    }

    /// dSums, and the cell state's gradient from `room.cellGradient` to `room.passedGradient`.
    func backward(
        _ step: RecurrentStep, _ room: RecurrentStep.Backward, hiddenGradient: UnsafePointer<Float>,
        into sums: UnsafeMutablePointer<Float>
    ) {
        let layout = Layout(step, hidden: shape.hidden)
        guard isUsual else {
            return unsafe makeGradients(step, room, layout, hiddenGradient: hiddenGradient, into: sums)
        }
        unsafe kernels.lstmGatesGradient(
            rows: step.rows, hiddenSize: shape.hidden, gates: layout.gates(step.index),
            previousCell: layout.cell(step.index), cellTanh: layout.cellTanh(step.index),
            hiddenGradient: hiddenGradient, cellGradient: room.cellGradient, sumGradient: sums,
            previousCellGradient: room.passedGradient)
    }

    /// The plain version of `Kernels.lstmGates`, for any functions. Gates in the order i, o, f, g.
    private func makeStates(_ step: RecurrentStep, _ layout: Layout) {
        let hidden = shape.hidden
        for row in 0..<step.rows {
            let i = unsafe layout.gates(step.index) + row * 4 * hidden
            let (f, g) = unsafe (i + 2 * hidden, i + 3 * hidden)
            unsafe activations[0].apply(kernels, i, into: i, count: 3 * hidden)
            unsafe activations[1].apply(kernels, g, into: g, count: hidden)
            let before = unsafe layout.cell(step.index) + row * hidden
            let cell = unsafe layout.cell(step.index + 1) + row * hidden
            for unit in 0..<hidden { unsafe cell[unit] = f[unit] * before[unit] + i[unit] * g[unit] }
            let result = unsafe layout.cellTanh(step.index) + row * hidden
            unsafe activations[2].apply(kernels, cell, into: result, count: hidden)
            unsafe kernels.multiply(result, i + hidden, into: step.hidden + row * shape.joined, count: hidden)
        }
    }

    /// The plain version of `Kernels.lstmGatesGradient`.
    private func makeGradients(
        _ step: RecurrentStep, _ room: RecurrentStep.Backward, _ layout: Layout, hiddenGradient: UnsafePointer<Float>,
        into sums: UnsafeMutablePointer<Float>
    ) {
        let hidden = shape.hidden
        let (gate, candidate, result) = (activations[0], activations[1], activations[2])
        for row in 0..<step.rows {
            let i = unsafe layout.gates(step.index) + row * 4 * hidden
            let (o, f, g) = unsafe (i + hidden, i + 2 * hidden, i + 3 * hidden)
            let di = unsafe sums + row * 4 * hidden
            for unit in 0..<hidden {
                let place = row * hidden + unit
                let y = unsafe layout.cellTanh(step.index)[place]
                let dh = unsafe hiddenGradient[place]
                let dc = unsafe room.cellGradient[place] + dh * o[unit] * result.derivative(y: y)
                unsafe di[unit] = dc * g[unit] * gate.derivative(y: i[unit])
                unsafe di[hidden + unit] = dh * y * gate.derivative(y: o[unit])
                unsafe di[2 * hidden + unit] = dc * layout.cell(step.index)[place] * gate.derivative(y: f[unit])
                unsafe di[3 * hidden + unit] = dc * i[unit] * candidate.derivative(y: g[unit])
                unsafe room.passedGradient[place] = dc * f[unit]
            }
        }
    }

    /// Where the kept numbers lie: all rows of a step together.
    @safe private struct Layout {
        let base: UnsafeMutablePointer<Float>
        let rows, steps, hidden: Int

        init(_ step: RecurrentStep, hidden: Int) {
            unsafe base = step.saved
            (rows, steps, self.hidden) = (step.rows, step.steps, hidden)
        }

        func gates(_ step: Int) -> UnsafeMutablePointer<Float> { unsafe base + step * rows * 4 * hidden }
        func cell(_ step: Int) -> UnsafeMutablePointer<Float> { unsafe base + (steps * 4 + step) * rows * hidden }
        func cellTanh(_ step: Int) -> UnsafeMutablePointer<Float> {
            unsafe base + (steps * 5 + 1 + step) * rows * hidden
        }
    }
}
