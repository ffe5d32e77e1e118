package import Tensors

/// A tensor of one number whose sizes may be free: what remains of `ConstantOfShape` and `Expand` when the number
/// itself is known.
package struct Fill: InternalOperator {
    package static let name = "Fill"
    let value: Float
    let dimensions: [Dimension]

    init(_ value: Float, _ dimensions: [Dimension]) {
        self.value = value
        self.dimensions = dimensions
    }

    /// The operator with symbols replaced by numbers.
    func substituting(_ bindings: [String: Int]) -> Fill {
        Fill(value, dimensions.map { $0.substituting(bindings) })
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        [ValueType(.float32, dimensions)]
    }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? { value }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        guard let shape = ValueType(.float32, dimensions).fixedShape else {
            throw .structure("Fill needs fixed sizes, got \(dimensions)")
        }
        return [Tensor([Float](repeating: value, count: shape.elementCount), shape: shape)]
    }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let (value, y, axis) = (value, context.output(), try context.axis(ofOutput: 0))
        context.addForward { operands in
            axis.forEachBlock(operands.rows) { offset, count in
                unsafe (operands[y] + offset).update(repeating: value, count: count)
            }
        }
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let (value, count) = (value, context.rowShape(ofOutput: 0).elementCount)
        context.addRowwiseStep(reads: []) { operands, _ in unsafe operands[0].update(repeating: value, count: count) }
    }
}
