import Tensors

extension ReverseSequence {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let shape = context.shape(ofInput: 0)
        guard batchAxis == 0, let axis = try context.axis(ofInput: 0), axis.outer == 1, shape[0] == axis.capacity else {
            throw .unsupported("ReverseSequence is trained with the batch first only")
        }
        let (steps, inner) = (shape[1], shape.dimensions[2...].reduce(1, *))
        let (x, lengths, y) = (context.input(0), context.input(1), context.output())
        context.addForward { operands in
            for row in operands.rows {
                let start = row * steps * inner
                unsafe Self.reverse(
                    operands[x] + start, length: operands[lengths][row], steps: steps, inner: inner,
                    into: operands[y] + start)
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            let lengths = context.input(1)
            context.add { operands in
                for row in operands.rows {
                    let start = row * steps * inner
                    // Turning twice changes nothing, so the gradient turns as the steps did.
                    unsafe Self.reverse(
                        operands[dy] + start, length: operands[lengths][row], steps: steps, inner: inner,
                        into: operands[dx] + start)
                }
            }
        }
    }
}
