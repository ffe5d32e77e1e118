import Tensors

/// Lengths and masks of sequences have no gradient: they are computed on the way forward.
extension SequenceLengths {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let shape = context.shape(ofInput: 0)
        guard let axis = try context.axis(ofInput: 0), axis.outer == 1, axis.inner * axis.capacity == shape.elementCount
        else { throw .unsupported("\(name) is trained with the batch first only") }
        let features = shape.rank == 3 ? shape[2] : 1
        let (x, y, padding) = (context.input(0), context.output(), padding)
        context.addForward { operands in
            for row in operands.rows {
                let steps = unsafe operands[x] + row * axis.inner
                unsafe operands[y][row] = Self.length(steps, count: axis.inner, features: features, padding: padding)
            }
        }
    }
}

extension SequenceMask {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let steps = context.shape(ofOutput: 0)[1]
        guard try context.axis(ofOutput: 0).outer == 1 else {
            throw .unsupported("\(name) is trained with the batch first only")
        }
        let (lengths, y) = (context.input(0), context.output())
        context.addForward { operands in
            for row in operands.rows {
                let count = SequenceLength.steps(unsafe operands[lengths][row], of: steps)
                let mask = unsafe operands[y] + row * steps
                for step in 0..<steps { unsafe mask[step] = step < count ? 1 : 0 }
            }
        }
    }
}
