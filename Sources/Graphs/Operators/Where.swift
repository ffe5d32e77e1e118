package import Tensors

/// The second input where the first is true, else the third; with broadcasting.
package struct Where: Operator {
    package static let name = "Where"
    package static var joinsTypes: Bool { true }

    package init(attributes: Attributes) throws(GraphError) {}

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let (condition, a, b) = (try inputs.type(0), try inputs.type(1), try inputs.type(2))
        guard a.dtype == b.dtype else { throw .input(2, expected: "\(a.dtype)", found: "\(b.dtype)") }
        let values = try Broadcast.dimensions(a.dimensions, b.dimensions)
        return [ValueType(a.dtype, try Broadcast.dimensions(condition.dimensions, values))]
    }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? {
        guard let condition = inputs.constant(0)?.convertedToInt64()?.integers, let a = inputs.sizes(1),
            let b = inputs.sizes(2), !condition.isEmpty, !a.isEmpty, !b.isEmpty
        else { return nil }
        let count = max(condition.count, a.count, b.count)
        guard [condition.count, a.count, b.count].allSatisfy({ $0 == 1 || $0 == count }) else { return nil }
        return (0..<count).map { index in
            let isTrue = condition[condition.count == 1 ? 0 : index] != 0
            return isTrue ? a[a.count == 1 ? 0 : index] : b[b.count == 1 ? 0 : index]
        }
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let tensors = [try inputs.required(0), try inputs.required(1), try inputs.required(2)]
        let types = try inferTypes(
            InferenceInputs(
                tensors.map { Graph.Value(name: "", type: ValueType(.float32, $0.shape.dimensions.map { .fixed($0) })) }
            ))
        let shape = types[0].fixedShape ?? []
        let all = tensors.map {
            Broadcast.gathered($0, shape: shape, strides: Broadcast.strides(of: $0.shape, to: shape))
        }
        let isTrue = all[0].convertedToFloat32().floats.map { $0 != 0 }
        if tensors.contains(where: { $0.dtype == .float32 }) {
            let (a, b) = (all[1].convertedToFloat32().floats, all[2].convertedToFloat32().floats)
            return [Tensor(isTrue.indices.map { isTrue[$0] ? a[$0] : b[$0] }, shape: shape)]
        }
        guard let a = all[1].convertedToInt64()?.integers, let b = all[2].convertedToInt64()?.integers else {
            throw .input(1, expected: "float32 or integers", found: "\(tensors[1].dtype)")
        }
        let result = Tensor(isTrue.indices.map { isTrue[$0] ? a[$0] : b[$0] }, shape: shape)
        return try Cast(to: tensors[1].dtype).evaluate([result])
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let shape = context.rowShape(ofOutput: 0)
        let shapes = (0..<3).map { context.operandShape($0, rank: shape.rank) }
        guard shapes.allSatisfy({ $0.rank <= shape.rank }) else {
            throw .unsupported("Where stretches along the batch dimension")
        }
        let strides = shapes.map { Broadcast.strides(of: $0, to: shape) }
        context.addRowwiseStep(reads: [0, 1, 2]) { operands, _ in
            let (condition, a, b, y) = unsafe (operands[0], operands[1], operands[2], operands[3])
            var index = 0
            Broadcast.forEachOffset(shape, strides: strides) { offsets in
                unsafe y[index] = condition[offsets[0]] != 0 ? a[offsets[1]] : b[offsets[2]]
                index += 1
            }
        }
    }
}
