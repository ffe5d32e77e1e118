package import Tensors

/// Hands its input on, and in training adds l1 · Σ|x| + l2 · Σx² of each row to the loss, whose mean over the batch is
/// taken: the gradient alone, the loss that is told is without it.
package struct ActivityPenalty: InternalOperator {
    package static let name = "ActivityPenalty"
    let l1, l2: Float

    package init(l1: Float, l2: Float) { (self.l1, self.l2) = (l1, l2) }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] { [try inputs.type(0)] }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? { inputs.splat(0) }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] { [try inputs.required(0)] }

    package func lower(_ context: inout LoweringContext) throws(GraphError) { try context.alias() }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        guard let axis = try context.axis(ofInput: 0) else { return context.alias() }
        let (x, y, l1, l2) = (context.input(0), context.output(), l1, l2)
        context.addForward { operands in
            axis.forEachBlock(operands.rows) { offset, count in
                unsafe (operands[y] + offset).update(from: operands[x] + offset, count: count)
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            let x = context.input(0)
            context.add { operands in
                let share = 1 / Float(operands.batch)
                axis.forEachBlock(operands.rows) { offset, count in
                    for index in offset..<offset + count {
                        let value = unsafe operands[x][index]
                        let sign: Float = value > 0 ? 1 : value < 0 ? -1 : 0
                        unsafe operands[dx][index] = operands[dy][index] + share * (l1 * sign + 2 * l2 * value)
                    }
                }
            }
        }
    }
}
