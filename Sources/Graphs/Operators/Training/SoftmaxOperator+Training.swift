import Glibc
import Tensors

extension SoftmaxOperator {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let axis = try context.axis(ofOutput: 0)
        let shape = context.shape(ofInput: 0)
        let columns = try columns(shape.dimensions)
        guard axis.inner % columns == 0 else { throw .unsupported("\(name) along the batch dimension is not trained") }
        let (x, y, kernels, isLogarithm) = (context.input(0), context.output(), context.kernels, Self.isLogarithm)
        context.addForward { operands in
            axis.forEachBlock(operands.rows) { offset, count in
                let (x, y) = unsafe (operands[x] + offset, operands[y] + offset)
                if isLogarithm {
                    unsafe kernels.logSoftmax(x, into: y, rows: count / columns, columns: columns)
                } else {
                    unsafe kernels.softmax(x, into: y, rows: count / columns, columns: columns)
                }
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            let y = context.output()
            context.add { operands in
                axis.forEachBlock(operands.rows) { offset, count in
                    for start in stride(from: offset, to: offset + count, by: columns) {
                        let (y, dy, dx) = unsafe (operands[y] + start, operands[dy] + start, operands[dx] + start)
                        var sum: Float = 0
                        for index in 0..<columns { unsafe sum += isLogarithm ? dy[index] : dy[index] * y[index] }
                        for index in 0..<columns {
                            unsafe dx[index] =
                                isLogarithm ? dy[index] - expf(y[index]) * sum : y[index] * (dy[index] - sum)
                        }
                    }
                }
            }
        }
    }
}
