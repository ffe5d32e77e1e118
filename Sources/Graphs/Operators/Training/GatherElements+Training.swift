import Tensors

extension GatherElements {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let picks = try ElementPicks(axis: axis, context: context)
        let (x, indices, y) = (context.input(0), context.input(1), context.output())
        context.addForward { operands in
            let (x, y) = unsafe (operands[x], operands[y])
            unsafe picks.forEach(operands.rows, operands[indices]) { place, source in
                unsafe y[place] = source.map { unsafe x[$0] } ?? .nan
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            let indices = context.input(1)
            context.add { operands in
                let (dy, dx) = unsafe (operands[dy], operands[dx])
                picks.inputAxis.forEachBlock(operands.rows) { offset, count in
                    unsafe (dx + offset).update(repeating: 0, count: count)
                }
                unsafe picks.forEach(operands.rows, operands[indices]) { place, source in
                    if let source { unsafe dx[source] += dy[place] }
                }
            }
        }
    }
}

/// Which element of the input each element of the result is, for some rows of the batch.
private struct ElementPicks: Sendable {
    let inputAxis: BatchAxis
    /// The result's shape, and the axis in it that is divided between threads with its rows for each of the batch.
    private let shape: Shape
    private let batchDimension, batchFactor: Int
    /// Elements of the input from one index of the result to the next, 0 along the axis of the picks.
    private let strides: [Int]
    /// Of the axis of the picks, in the input.
    private let size, stride: Int

    init(axis: Int, context: TrainingContext) throws(GraphError) {
        let input = context.shape(ofInput: 0)
        let axis = try Axis.normalized(axis, rank: input.rank)
        shape = context.shape(ofOutput: 0)
        let type = context.builder.graph[context.outputID(0)].type
        batchDimension = type?.dimensions.firstIndex { $0.symbols.contains(context.builder.symbol) } ?? 0
        guard let inputAxis = try context.axis(ofInput: 0), axis != batchDimension,
            input[batchDimension] == shape[batchDimension]
        else { throw .unsupported("\(context.node.op.name) along the batch dimension is not trained") }
        self.inputAxis = inputAxis
        batchFactor = shape[batchDimension] / context.capacity
        (size, stride) = (input[axis], input.strides[axis])
        var strides = input.strides
        strides[axis] = 0
        self.strides = strides
    }

    /// Calls `body` with the offset of each element of `rows` in the result, and of the one it is in the input; nil for an
    /// index that is outside.
    @inline(__always)
    func forEach(
        _ rows: Range<Int>, _ indices: UnsafePointer<Float>, _ body: (_ place: Int, _ source: Int?) -> Void
    ) {
        let first = rows.lowerBound * batchFactor
        var sizes = shape.dimensions
        sizes[batchDimension] = rows.count * batchFactor
        let own = shape.strides
        let start = (first * own[batchDimension], first * strides[batchDimension])
        Broadcast.forEachOffset(Shape(sizes), strides: [own, strides]) { offsets in
            let place = start.0 + offsets[0]
            let row = Gather.row(unsafe indices[place], of: size)
            body(place, row.map { start.1 + offsets[1] + $0 * stride })
        }
    }
}
