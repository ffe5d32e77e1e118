package import Tensors

/// Stretches dimensions of size 1, in both directions as broadcasting does.
package struct Expand: Operator {
    package static let name = "Expand"
    /// The shape to broadcast with, once known.
    let target: [Dimension]?

    package init(attributes: Attributes) throws(GraphError) { target = nil }

    package init(target: [Dimension]) { self.target = target }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard target == nil else { return nil }
        guard let sizes = inputs.sizes(1) else {
            throw .input(1, expected: "a shape made of constants and sizes of the inputs", found: "a computed value")
        }
        return Specialization(Expand(target: sizes), inputs: [0])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        return [ValueType(type.dtype, try Broadcast.dimensions(type.dimensions, target ?? []))]
    }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? {
        if let splat = inputs.splat(0) { return splat }
        guard let constant = inputs.constant(0), constant.elementCount == 1 else { return nil }
        return constant.convertedToFloat32().floats.first
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        let wanted = target ?? inputs.optional(1)?.integers?.map { .fixed($0) } ?? []
        let sizes = try Broadcast.dimensions(input.shape.dimensions.map { .fixed($0) }, wanted)
        guard let shape = ValueType(input.dtype, sizes).fixedShape else {
            throw .input(1, expected: "fixed sizes of at least 0", found: "\(sizes)")
        }
        return [Broadcast.gathered(input, shape: shape, strides: Broadcast.strides(of: input.shape, to: shape))]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let output = context.rowShape(ofOutput: 0)
        // A constant has no rows.
        let input = context.operandShape(0, rank: output.rank)
        guard input.rank <= output.rank else { throw .unsupported("Expand stretches along the batch dimension") }
        context.addStridedCopy(shape: output, sourceStrides: Broadcast.strides(of: input, to: output), sourceOffset: 0)
    }
}
