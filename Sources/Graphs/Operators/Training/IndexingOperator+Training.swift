import Tensors

extension IndexingOperator {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let copy = try IndexedCopy(self, row: Array(context.shape(ofInput: 0).dimensions.dropFirst()), firstAxis: 1)
        let axis = try context.imageAxis()
        let (x, y) = (context.input(0), context.output())
        context.addForward { operands in
            for image in axis.images(operands.rows, size: copy.outputSize) {
                unsafe copy.run(from: operands[x] + image * copy.inputSize, to: operands[y] + image * copy.outputSize)
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            context.add { operands in
                for image in axis.images(operands.rows, size: copy.outputSize) {
                    let target = unsafe operands[dx] + image * copy.inputSize
                    unsafe target.update(repeating: 0, count: copy.inputSize)
                    unsafe copy.addGradient(operands[dy] + image * copy.outputSize, to: target)
                }
            }
        }
    }
}

extension TrainingContext {
    /// The rows of output 0 for an operator that works image by image; throws unless the batch is the first dimension
    /// of both its input and its output.
    func imageAxis() throws(GraphError) -> BatchAxis {
        let axis = try axis(ofOutput: 0)
        guard axis.outer == 1, try self.axis(ofInput: 0)?.outer == 1, shape(ofOutput: 0)[0] == shape(ofInput: 0)[0]
        else {
            throw .unsupported("\(node.op.name) is trained with the batch first only")
        }
        return axis
    }
}
