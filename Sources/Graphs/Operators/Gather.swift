package import Tensors

/// Picks slices of the first input along `axis` by the indices in the second.
package struct Gather: Operator {
    package static let name = "Gather"
    let axis: Int

    package init(attributes: Attributes) throws(GraphError) { axis = try attributes.int("axis") ?? 0 }

    package init(axis: Int) { self.axis = axis }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let data = try inputs.type(0)
        let indices = try inputs.type(1)
        let axis = try Axis.normalized(axis, rank: data.rank)
        let dimensions = data.dimensions[..<axis] + indices.dimensions + data.dimensions[(axis + 1)...]
        return [ValueType(data.dtype, Array(dimensions))]
    }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? {
        guard let sizes = inputs.sizes(0), let indices = inputs.constant(1)?.integers else { return nil }
        let positive = indices.map { $0 < 0 ? $0 + sizes.count : $0 }
        return positive.allSatisfy(sizes.indices.contains) ? positive.map { sizes[$0] } : nil
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let data = try inputs.required(0)
        let indices = try inputs.required(1)
        let axis = try Axis.normalized(axis, rank: data.shape.rank)
        let outer = data.shape.dimensions[..<axis].reduce(1, *)
        let inner = data.shape.dimensions[(axis + 1)...].reduce(1, *) * data.dtype.byteCount
        let positions = try Self.positions(indices.integers ?? [], size: data.shape[axis])
        let shape = Shape(
            data.shape.dimensions[..<axis] + indices.shape.dimensions + data.shape.dimensions[(axis + 1)...])
        let result = AlignedStorage(byteCount: shape.elementCount * data.dtype.byteCount)
        for row in 0..<outer {
            for (index, position) in positions.enumerated() {
                let source = unsafe data.storage.base + (row * data.shape[axis] + position) * inner
                let target = unsafe result.base + (row * positions.count + index) * inner
                unsafe target.copyMemory(from: source, byteCount: inner)
            }
        }
        return [Tensor(dtype: data.dtype, shape: shape, storage: result)]
    }

    /// Indices counted from the front; throws when one lies outside `size`.
    static func positions(_ indices: [Int], size: Int) throws(GraphError) -> [Int] {
        var result = [Int]()
        for index in indices {
            let position = index < 0 ? index + size : index
            guard (0..<size).contains(position) else {
                throw .input(1, expected: "indices in -\(size)..<\(size)", found: "\(index)")
            }
            result.append(position)
        }
        return result
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        guard let indices = context.constant(1)?.integers else {
            throw .unsupported("Gather with indices computed from the request is not supported")
        }
        let axis = try context.rowAxis(try Axis.normalized(axis, rank: context.type(ofInput: 0).rank))
        let input = context.rowShape(ofInput: 0)
        let positions = try Self.positions(indices, size: input[axis])
        let outer = input.dimensions[..<axis].reduce(1, *)
        let inner = input.dimensions[(axis + 1)...].reduce(1, *)
        let size = input[axis]
        context.addRowwiseStep(reads: [0]) { operands, _ in
            let (source, target) = unsafe (operands[0], operands[1])
            for row in 0..<outer {
                for (index, position) in positions.enumerated() {
                    unsafe (target + (row * positions.count + index) * inner)
                        .update(from: source + (row * size + position) * inner, count: inner)
                }
            }
        }
    }
}
