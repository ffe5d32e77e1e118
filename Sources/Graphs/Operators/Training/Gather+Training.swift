import Tensors

extension Gather {
    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(0, true)] }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let axis = try Axis.normalized(axis, rank: context.shape(ofInput: 0).rank)
        if let indices = context.constant(1) { return try addSlices(context, axis, indices) }
        guard try context.axis(ofInput: 0) == nil, let indexAxis = try context.axis(ofInput: 1) else {
            throw .unsupported("Gather of computed values by computed indices is not trained")
        }
        guard axis == 0 else {
            throw .unsupported("Gather with computed indices along axis \(axis) is not supported, only along 0")
        }
        addEmbedding(context, indexAxis)
    }

    /// Slices of a computed value, always the same.
    private func addSlices(_ context: TrainingContext, _ axis: Int, _ indices: Tensor) throws(GraphError) {
        let size = context.shape(ofInput: 0)[axis]
        let positions = try Self.positions(indices.integers ?? [], size: size)
        let slices = try AxisSlices(ofInput: 0, axis: axis, context: context)
        guard let inputAxis = try context.axis(ofInput: 0) else { return }
        let (x, y) = (context.input(0), context.output())
        context.addForward { operands in
            let (x, y) = unsafe (operands[x], operands[y])
            slices.forEachPlace(operands.rows, size, positions.count) { whole, part, count in
                for (index, position) in positions.enumerated() {
                    let source = unsafe x + whole + position * slices.stride
                    unsafe (y + part + index * slices.stride).update(from: source, count: count)
                }
            }
        }
        let kernels = context.kernels
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            context.add { operands in
                let (dy, dx) = unsafe (operands[dy], operands[dx])
                inputAxis.forEachBlock(operands.rows) { offset, count in
                    unsafe (dx + offset).update(repeating: 0, count: count)
                }
                slices.forEachPlace(operands.rows, size, positions.count) { whole, part, count in
                    for (index, position) in positions.enumerated() {
                        let target = unsafe dx + whole + position * slices.stride
                        unsafe kernels.add(target, dy + part + index * slices.stride, into: target, count: count)
                    }
                }
            }
        }
    }

    /// Rows of a table by numbers that are computed: each takes the gradients of all places that have picked it.
    private func addEmbedding(_ context: TrainingContext, _ indexAxis: BatchAxis) {
        let shape = context.shape(ofInput: 0)
        let (size, width) = (shape[0], shape.dimensions.dropFirst().reduce(1, *))
        let (table, indices, y) = (context.input(0), context.input(1), context.output())
        context.addForward { operands in
            let (table, indices, y) = unsafe (operands[table], operands[indices], operands[y])
            indexAxis.forEachBlock(operands.rows) { offset, count in
                for place in offset..<offset + count {
                    let target = unsafe y + place * width
                    if let row = Self.row(unsafe indices[place], of: size) {
                        unsafe target.update(from: table + row * width, count: width)
                    } else {
                        unsafe target.update(repeating: .nan, count: width)
                    }
                }
            }
        }
        let kernels = context.kernels
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dTable = context.gradient(ofParameter: 0) else { return }
            let indices = context.input(1)
            context.add { operands in
                let (dTable, indices, dy) = unsafe (operands[dTable], operands[indices], operands[dy])
                indexAxis.forEachBlock(operands.rows) { offset, count in
                    for place in offset..<offset + count {
                        guard let row = Self.row(unsafe indices[place], of: size) else { continue }
                        let target = unsafe dTable + row * width
                        unsafe kernels.add(target, dy + place * width, into: target, count: width)
                    }
                }
            }
        }
    }
}
