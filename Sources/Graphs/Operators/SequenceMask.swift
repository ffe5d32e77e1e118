package import Tensors

/// 1 for each step that counts and 0 for padding: lengths [batch], with x [batch, steps, …] for the number of steps,
/// give [batch, steps].
package struct SequenceMask: InternalOperator {
    package static let name = "SequenceMask"

    package init() {}

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        try SequenceLength.check(inputs, 0)
        let x = try inputs.type(1)
        guard x.rank >= 2 else { throw .input(1, expected: "[batch, steps, …]", found: "\(x)") }
        return [ValueType(.float32, Array(x.dimensions.prefix(2)))]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let lengths = try inputs.required(0).convertedToFloat32().floats
        let shape = try inputs.required(1).shape
        let mask = lengths.flatMap { length in
            let count = SequenceLength.steps(length, of: shape[1])
            return (0..<shape[1]).map { $0 < count ? Float(1) : 0 }
        }
        return [Tensor(mask, shape: [shape[0], shape[1]])]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let shape = context.rowShape(ofOutput: 0)
        let steps = shape[shape.rank - 1]
        let rows = shape.elementCount / max(steps, 1)
        context.addRowwiseStep(reads: [0]) { operands, _ in
            for row in 0..<rows {
                let count = SequenceLength.steps(unsafe operands[0][row], of: steps)
                let mask = unsafe operands[1] + row * steps
                for step in 0..<steps { unsafe mask[step] = step < count ? 1 : 0 }
            }
        }
    }
}
