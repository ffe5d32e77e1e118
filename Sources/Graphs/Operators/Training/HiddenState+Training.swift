import Tensors

extension HiddenStateOperator {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        if context.hasInput(5), context.value(5).splat != 0 {
            throw .unsupported("\(name) with an initial state other than zero is not trained")
        }
        let weights = context.shape(ofInput: 1)
        let hidden = weights[1] / cell.gateCount
        func shape(blocks: Int) -> RecurrentShape {
            RecurrentShape(
                inputs: weights[2], hidden: hidden, blocks: blocks, directions: directions,
                isBatchFirst: layout == .batchFirst, context: context)
        }
        switch cell {
        case .gru(resetsAfterProduct: true):
            let cell = GRUTraining(shape: shape(blocks: 4), kernels: context.kernels)
            try Self.add(RecurrentTraining(shape: cell.shape, cell: cell, context: context), context)
        case .gru(resetsAfterProduct: false):
            throw .unsupported("GRU that resets before the product (linear_before_reset 0) is not trained")
        case .tanh, .relu:
            let cell = RNNTraining(
                shape: shape(blocks: 1), kernels: context.kernels, isRectified: cell == .relu)
            try Self.add(RecurrentTraining(shape: cell.shape, cell: cell, context: context), context)
        }
    }

    private static func add<Cell: RecurrentCell>(
        _ steps: RecurrentTraining<Cell>, _ context: TrainingContext
    ) throws(GraphError) {
        steps.addForward(context)
        context.onBackward { backward throws(GraphError) in steps.addBackward(backward) }
    }
}
