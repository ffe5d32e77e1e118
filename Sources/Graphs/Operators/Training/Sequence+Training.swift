import Tensors

/// Lengths and masks of sequences have no gradient; training computes them as serving does.
extension SequenceMask {
    package static var hasGradient: Bool { false }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let axis = try context.axis(ofOutput: 0)
        guard axis.outer == 1 else { throw .unsupported("SequenceMask is trained with the batch first only") }
        let (lengths, y, steps) = (context.input(0), context.output(), axis.inner)
        context.addForward { operands in
            for row in operands.rows {
                let count = SequenceLength.steps(unsafe operands[lengths][row], of: steps)
                let mask = unsafe operands[y] + row * steps
                for step in 0..<steps { unsafe mask[step] = step < count ? 1 : 0 }
            }
        }
    }
}

extension SequenceLengths {
    package static var hasGradient: Bool { false }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let shape = context.shape(ofInput: 0)
        guard let axis = try context.axis(ofInput: 0), axis.outer == 1, shape[0] == axis.capacity else {
            throw .unsupported("SequenceLengths is trained with the batch first only")
        }
        let (count, features) = (axis.inner, shape.rank == 3 ? shape[2] : 1)
        let (x, y, padding) = (context.input(0), context.output(), padding)
        context.addForward { operands in
            for row in operands.rows {
                unsafe operands[y][row] = Self.length(
                    operands[x] + row * count, count: count, features: features, padding: padding)
            }
        }
    }
}
