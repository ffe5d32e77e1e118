import Tensors

extension LSTM {
    /// Without what changes nothing: lengths that are all steps, and initial states of zero.
    package func weighted(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        let kept = try RecurrentInputs.kept(inputs, states: [5, 6], layout: layout)
        return kept.map { Specialization(self, inputs: $0) }
    }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        if [5, 6].contains(where: { context.hasInput($0) }) {
            throw .unsupported("LSTM with an initial state other than zero is not trained")
        }
        if context.hasInput(7) { throw .unsupported("LSTM with peepholes is not supported") }
        let shape = try RecurrentShape(
            gates: 4, blocks: LSTMTraining.blocks, directions: directions, layout: layout, context: context)
        let steps = RecurrentTraining(
            shape: shape, cell: LSTMTraining(shape: shape, kernels: context.kernels), context: context)
        steps.addForward(context)
        context.onBackward { backward throws(GraphError) in steps.addBackward(backward) }
    }
}

/// The LSTM cell in training. Gates in the order i, o, f, g of ONNX.
struct LSTMTraining: RecurrentCell {
    static let blocks = (0..<4).map { RecurrentBlock(gate: $0) }
    let shape: RecurrentShape
    let kernels: Kernels

    /// Kept for each sequence and step: gates [4, H], the cell state and its tanh; and the cell state before the first.
    func savedFloats(steps: Int) -> Int { (steps * 6 + 1) * shape.hidden }
    var hasCellState: Bool { true }

    func forward(_ step: RecurrentStep) {
        let (rows, hidden) = (step.rows, shape.hidden)
        let layout = Layout(step, hidden: hidden)
        if step.index == 0 { unsafe layout.cell(0).update(repeating: 0, count: rows * hidden) }
        unsafe kernels.gemmPacked(
            m: rows, n: 4 * hidden, k: shape.inputs + hidden, a: step.inputs, lda: shape.inputs + hidden,
            packedB: step.packed, bias: step.bias, clamp: .none, c: layout.gates(step.index), ldc: 4 * hidden)
        unsafe kernels.lstmGates(
            rows: rows, hiddenSize: hidden, z: layout.gates(step.index), previousCell: layout.cell(step.index),
            cell: layout.cell(step.index + 1), cellTanh: layout.cellTanh(step.index), hidden: step.hidden,
            hiddenStride: shape.inputs + hidden)
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
        unsafe kernels.lstmGatesGradient(
            rows: step.rows, hiddenSize: shape.hidden, gates: layout.gates(step.index),
            previousCell: layout.cell(step.index), cellTanh: layout.cellTanh(step.index),
            hiddenGradient: hiddenGradient, cellGradient: room.cellGradient, sumGradient: sums,
            previousCellGradient: room.passedGradient)
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
