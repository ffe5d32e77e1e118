import Tensors

extension FilteringOperator {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let filters = try AxisFilters(self, row: Array(context.shape(ofInput: 0).dimensions.dropFirst()), firstAxis: 1)
        let axis = try context.imageAxis()
        let (x, y) = (context.input(0), context.output())
        let scratch = context.scratch(floats: filters.scratchSize)
        context.addForward { operands in
            for image in axis.images(operands.rows, size: filters.outputSize) {
                unsafe filters.run(
                    from: operands[x] + image * filters.inputSize, to: operands[y] + image * filters.outputSize,
                    scratch: operands[scratch])
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            let scratch = context.scratch(floats: filters.scratchSize)
            context.add { operands in
                for image in axis.images(operands.rows, size: filters.outputSize) {
                    unsafe filters.gradient(
                        operands[dy] + image * filters.outputSize, into: operands[dx] + image * filters.inputSize,
                        scratch: operands[scratch])
                }
            }
        }
    }
}
