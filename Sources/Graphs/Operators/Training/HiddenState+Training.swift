import Tensors

extension HiddenStateOperator {
    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(1, true), (2, true), (3, true)] }

    /// Without what changes nothing: lengths that are all steps, and an initial state of zero.
    package func weighted(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        let kept = try RecurrentInputs.kept(inputs, states: [5], layout: layout)
        return kept.map { Specialization(self, inputs: $0) }
    }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        switch cell {
        case .plain(let activation):
            try addSteps(context) { PlainTraining(shape: $0, kernels: $1, activation: activation) }
        case .gru(resetsAfterProduct: true, let gates, let candidate):
            try addSteps(context) { GRUTraining(shape: $0, kernels: $1, gate: gates, candidate: candidate) }
        case .gru(resetsAfterProduct: false, let gates, let candidate):
            try addSteps(context) { EarlyGRUTraining(shape: $0, kernels: $1, gate: gates, candidate: candidate) }
        }
    }

    private func addSteps<Cell: RecurrentCell>(
        _ context: TrainingContext, _ makeCell: (RecurrentShape, Kernels) -> Cell
    ) throws(GraphError) {
        let shape = try RecurrentShape(
            gates: cell.gateCount, blocks: Cell.blocks, directions: directions, layout: layout, context: context)
        let steps = try RecurrentTraining(
            shape: shape, cell: makeCell(shape, context.kernels), common: common, context: context)
        steps.addForward(context)
        context.onBackward { backward throws(GraphError) in steps.addBackward(backward) }
    }
}
