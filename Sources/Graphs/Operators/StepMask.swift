package import Tensors

/// Which steps of a sequence count: x [batch, steps] or [batch, steps, …features] gives [batch, steps], 0 for steps all
/// of whose features are one number and 1 for the others.
package struct StepMask: InternalOperator {
    package static let name = "StepMask"
    let padding: Float

    package init(padding: Float) { self.padding = padding }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let x = try inputs.type(0)
        guard x.dtype == .float32, x.rank >= 2 else {
            throw .input(0, expected: "float32[batch, steps, …]", found: "\(x)")
        }
        return [ValueType(.float32, Array(x.dimensions.prefix(2)))]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let features = shape.dimensions[2...].reduce(1, *)
        let mask = (0..<(shape[0] * shape[1])).map { step -> Float in
            x[(step * features)..<((step + 1) * features)].contains { $0 != padding } ? 1 : 0
        }
        return [Tensor(mask, shape: [shape[0], shape[1]])]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let steps = context.rowShape(ofOutput: 0).elementCount
        let features = context.rowShape(ofInput: 0).elementCount / max(steps, 1)
        let padding = padding
        context.addRowwiseStep(reads: [0]) { operands, _ in
            unsafe Self.write(operands[0], steps: steps, features: features, padding: padding, into: operands[1])
        }
    }

    /// Fills the mask of `steps` steps that follow each other.
    static func write(
        _ x: UnsafePointer<Float>, steps: Int, features: Int, padding: Float, into mask: UnsafeMutablePointer<Float>
    ) {
        for step in 0..<steps {
            let own = unsafe x + step * features
            var feature = 0
            while feature < features, unsafe own[feature] == padding { feature += 1 }
            unsafe mask[step] = feature < features ? 1 : 0
        }
    }
}
