import Tensors

extension Gather {
    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(0, true)] }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        guard let indices = context.constant(1)?.integers else { return try differentiateEmbedding(&context) }
        let input = context.shape(ofInput: 0)
        let axis = try Axis.normalized(axis, rank: input.rank)
        let positions = try Self.positions(indices, size: input[axis])
        let step = positions.count > 1 ? positions[1] - positions[0] : 0
        guard let first = positions.first,
            positions.indices.allSatisfy({ positions[$0] == first + $0 * step })
        else { throw .unsupported("Gather of indices \(indices), which are not evenly spaced, is not trained") }
        // Indices of any shape are a view when all but one of its dimensions are 1.
        let sizes = context.shape(ofInput: 1).dimensions
        guard sizes.count(where: { $0 > 1 }) <= 1 else {
            throw .unsupported("Gather with indices of shape \(sizes) is not trained")
        }
        let strides = input.strides
        try context.addElementMoves(
            view: ElementView(
                strides: strides[..<axis] + sizes.map { $0 > 1 ? step * strides[axis] : 0 } + strides[(axis + 1)...],
                offset: first * strides[axis]))
    }

    /// Rows of a table by computed indices. Only the rows that a batch picks have a gradient.
    private func differentiateEmbedding(_ context: inout TrainingContext) throws(GraphError) {
        let table = context.shape(ofInput: 0)
        guard try context.axis(ofInput: 0) == nil, try Axis.normalized(axis, rank: table.rank) == 0,
            let axis = try context.axis(ofInput: 1)
        else { throw .unsupported("Gather by computed indices is trained along axis 0 of a table only") }
        let (rows, width) = (table[0], table.elementCount / max(table[0], 1))
        let (source, indices, target) = (context.input(0), context.input(1), context.output())
        context.addForward { operands in
            let (source, indices, target) = unsafe (operands[source], operands[indices], operands[target])
            axis.forEachBlock(operands.rows) { offset, count in
                for index in offset..<offset + count {
                    let place = unsafe target + index * width
                    if let row = Self.row(unsafe indices[index], of: rows) {
                        unsafe place.update(from: source + row * width, count: width)
                    } else {
                        unsafe place.update(repeating: .nan, count: width)
                    }
                }
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dTable = context.gradient(ofParameter: 0) else { return }
            let (indices, kernels) = (context.input(1), context.builder.kernels)
            context.add { operands in
                let (dy, indices, dTable) = unsafe (operands[dy], operands[indices], operands[dTable])
                axis.forEachBlock(operands.rows) { offset, count in
                    for index in offset..<offset + count {
                        guard let row = Self.row(unsafe indices[index], of: rows) else { continue }
                        let place = unsafe dTable + row * width
                        unsafe kernels.add(place, dy + index * width, into: place, count: width)
                    }
                }
            }
        }
    }
}
