import Tensors

/// Masks of sequences have no gradient; training computes them as serving does.
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

extension StepMask {
    package static var hasGradient: Bool { false }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let shape = context.shape(ofInput: 0)
        guard let axis = try context.axis(ofInput: 0), axis.outer == 1, shape[0] == axis.capacity else {
            throw .unsupported("StepMask is trained with the batch first only")
        }
        let (steps, features) = (shape[1], axis.inner / shape[1])
        let (x, y, padding) = (context.input(0), context.output(), padding)
        context.addForward { operands in
            let rows = operands.rows
            unsafe Self.write(
                operands[x] + rows.lowerBound * steps * features, steps: rows.count * steps, features: features,
                padding: padding, into: operands[y] + rows.lowerBound * steps)
        }
    }
}
