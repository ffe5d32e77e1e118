import Tensors

/// A tensor that a plan writes as if it were computed: for operators that take a value from memory only.
struct FixedValue: InternalOperator {
    static let name = "FixedValue"
    let tensor: Tensor

    init(_ tensor: Tensor) { self.tensor = tensor }

    func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] { [ValueType(of: tensor)] }

    func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] { [tensor] }

    func lower(_ context: inout LoweringContext) throws(GraphError) {
        let (values, count) = (tensor.storage, context.rowShape(ofOutput: 0).elementCount)
        context.addRowwiseStep(reads: []) { operands, _ in
            unsafe operands[0].update(from: values.floats, count: count)
        }
    }
}
