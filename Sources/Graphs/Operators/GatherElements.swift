package import Tensors

/// For each index, the number of the input at its own place but for one axis, where the index says. Indices that a request
/// brings are floats; one that is outside gives NaN, since a running plan cannot refuse.
package struct GatherElements: Operator {
    package static let name = "GatherElements"
    let axis: Int

    package init(attributes: Attributes) throws(GraphError) { axis = try attributes.int("axis") ?? 0 }

    init(axis: Int) { self.axis = axis }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let (data, indices) = (try inputs.type(0), try inputs.type(1))
        _ = try Axis.normalized(axis, rank: data.rank)
        guard data.dtype == .float32, indices.rank == data.rank else {
            throw .input(1, expected: "\(data.rank) dimensions, as float32 data have", found: "\(indices)")
        }
        return [ValueType(.float32, indices.dimensions)]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (data, shape) = try inputs.floats(0)
        let indices = try inputs.required(1)
        let axis = try Axis.normalized(axis, rank: shape.rank)
        let picked = indices.convertedToFloat32().floats
        var strides = shape.strides
        let stride = strides[axis]
        strides[axis] = 0
        var result: [Float] = []
        Broadcast.forEachOffset(indices.shape, strides: [strides]) { offsets in
            let row = Gather.row(picked[result.count], of: shape[axis])
            result.append(row.map { data[offsets[0] + $0 * stride] } ?? .nan)
        }
        return [Tensor(result, shape: indices.shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        guard context.constant(0) == nil, context.constant(1) == nil else {
            throw .unsupported("GatherElements with constants is not supported")
        }
        let axis = try context.rowAxis(try Axis.normalized(axis, rank: context.type(ofInput: 0).rank))
        let (data, result) = (context.rowShape(ofInput: 0), context.rowShape(ofOutput: 0))
        var strides = data.strides
        let (stride, size) = (strides[axis], data[axis])
        strides[axis] = 0
        let loops = [strides]
        context.addRowwiseStep(reads: [0, 1]) { operands, _ in
            var place = 0
            Broadcast.forEachOffset(result, strides: loops) { offsets in
                let row = Gather.row(unsafe operands[1][place], of: size)
                unsafe operands[2][place] = row.map { unsafe operands[0][offsets[0] + $0 * stride] } ?? .nan
                place += 1
            }
        }
    }
}
