package import Tensors

/// Picks slices of the first input along `axis` by the indices in the second.
///
/// Rows of a constant table may also be picked by numbers that a request brings (an embedding). Plans compute in float32,
/// so these are floats, truncated towards zero; a number that is no row gives NaNs, since a running plan cannot refuse.
/// `Graph.tableRows` lets those refuse it who make requests.
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
        if indices.dtype == .float32 { return [try embedding(data, indices)] }
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

    /// The twin of `lowerEmbedding`.
    private func embedding(_ table: Tensor, _ indices: Tensor) throws(GraphError) -> Tensor {
        guard try Axis.normalized(axis, rank: table.shape.rank) == 0, table.dtype == .float32 else {
            throw .unsupported("Gather with computed indices along axis \(axis) is not supported, only along 0")
        }
        let (rows, width) = (table.shape[0], table.elementCount / max(table.shape[0], 1))
        let elements = table.floats
        let result = indices.floats.flatMap { index in
            guard let row = Self.row(index, of: rows) else { return [Float](repeating: .nan, count: width) }
            return Array(elements[(row * width)..<((row + 1) * width)])
        }
        return Tensor(result, shape: Shape(indices.shape.dimensions + table.shape.dimensions.dropFirst()))
    }

    /// The row that a computed index picks, negative ones counted from the end; nil for none.
    package static func row(_ index: Float, of rows: Int) -> Int? {
        guard index > Float(-rows - 1), index < Float(rows) else { return nil }
        let row = Int(index)
        return row < 0 ? row + rows : row
    }

    /// Picks rows of a constant table.
    private func lowerEmbedding(_ context: inout LoweringContext, _ table: Tensor) throws(GraphError) {
        guard try Axis.normalized(axis, rank: table.shape.rank) == 0, table.dtype == .float32 else {
            throw .unsupported("Gather with computed indices along axis \(axis) is not supported, only along 0")
        }
        let (rows, width) = (table.shape[0], table.elementCount / max(table.shape[0], 1))
        let count = context.rowShape(ofInput: 1).elementCount
        context.addRowwiseStep(reads: [0, 1]) { operands, _ in
            let (source, indices, target) = unsafe (operands[0], operands[1], operands[2])
            for index in 0..<count {
                let place = unsafe target + index * width
                if let row = Self.row(unsafe indices[index], of: rows) {
                    unsafe place.update(from: source + row * width, count: width)
                } else {
                    unsafe place.update(repeating: .nan, count: width)
                }
            }
        }
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
            guard let table = context.constant(0) else {
                throw .unsupported("Gather of computed values by computed indices is not supported")
            }
            return try lowerEmbedding(&context, table)
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
