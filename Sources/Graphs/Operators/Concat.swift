package import Tensors

/// Joins its inputs along `axis`.
package struct Concat: Operator {
    package static let name = "Concat"
    package static var joinsTypes: Bool { true }
    let axis: Int

    package init(attributes: Attributes) throws(GraphError) { axis = try attributes.int("axis") ?? 0 }

    package init(axis: Int) { self.axis = axis }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0)
        let axis = try Axis.normalized(axis, rank: type.rank)
        for index in 1..<max(1, inputs.count) {
            let other = try inputs.type(index, rank: type.rank)
            var expected = type
            expected.dimensions[axis] = other.dimensions[axis]
            guard other == expected else {
                throw .input(index, expected: "\(type) but for dimension \(axis)", found: "\(other)")
            }
            type.dimensions[axis] = type.dimensions[axis] + other.dimensions[axis]
        }
        return [type]
    }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? {
        var result = [Dimension]()
        for index in 0..<inputs.count {
            guard let sizes = inputs.sizes(index) else { return nil }
            result += sizes
        }
        return result
    }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? {
        guard inputs.count > 0, let number = inputs.splat(0) else { return nil }
        return (1..<inputs.count).allSatisfy { inputs.splat($0) == number } ? number : nil
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let first = try inputs.required(0)
        let axis = try Axis.normalized(axis, rank: first.shape.rank)
        var sizes = first.shape.dimensions
        var tensors = [Tensor]()
        for index in inputs.indices { tensors.append(try inputs.required(index)) }
        sizes[axis] = tensors.reduce(0) { $0 + $1.shape[axis] }
        let outer = sizes[..<axis].reduce(1, *)
        let result = AlignedStorage(byteCount: sizes.reduce(1, *) * first.dtype.byteCount)
        var written = 0
        for row in 0..<outer {
            for tensor in tensors {
                let count = tensor.storage.byteCount / max(outer, 1)
                unsafe (result.base + written).copyMemory(from: tensor.storage.base + row * count, byteCount: count)
                written += count
            }
        }
        return [Tensor(dtype: first.dtype, shape: Shape(sizes), storage: result)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let axis = try context.rowAxis(try Axis.normalized(axis, rank: context.type(ofInput: 0).rank))
        let outer = context.rowShape(ofInput: 0).dimensions[..<axis].reduce(1, *)
        let counts = (0..<context.inputCount).map { context.rowShape(ofInput: $0).elementCount / max(outer, 1) }
        context.addRowwiseStep(reads: Array(counts.indices)) { operands, _ in
            var target = unsafe operands[counts.count]
            for row in 0..<outer {
                for (index, count) in counts.enumerated() {
                    unsafe target.update(from: operands[index] + row * count, count: count)
                    unsafe target += count
                }
            }
        }
    }
}
