import Tensors

/// How the operands of an elementwise operator, any of which may be stretched, lie in training.
struct StretchedOperands: Sendable {
    /// The rows of the result.
    let axis: BatchAxis
    /// The shape of the result, and the axis in it that is divided between threads.
    let shape: Shape
    private let batchDimension: Int
    /// Rows of `batchDimension` for each row of the batch.
    private let batchFactor: Int
    /// Of each operand, to read it as one of `shape`; in elements.
    let strides: [[Int]]
    /// Of each operand, along the last axis.
    let steps: [Int]
    /// Whether all operands have the shape of the result.
    let isPlain: Bool

    /// The first so many inputs of a node.
    /// - Throws: when one differs between the rows of a batch without having them.
    init(_ context: TrainingContext, count: Int) throws(GraphError) {
        axis = try context.axis(ofOutput: 0)
        shape = context.shape(ofOutput: 0)
        let shapes = (0..<count).map { context.shape(ofInput: $0) }
        isPlain = shapes.allSatisfy { [shape] in $0 == shape }
        strides = shapes.map { [shape] in Broadcast.strides(of: $0, to: shape) }
        steps = strides.map { $0.last ?? 0 }
        let type = context.builder.graph[context.outputID(0)].type
        batchDimension = type?.dimensions.firstIndex { $0.symbols.contains(context.builder.symbol) } ?? 0
        batchFactor = shape[batchDimension] / context.capacity
        for operand in 0..<count {
            let hasRows = try context.axis(ofInput: operand) != nil
            guard hasRows == (strides[operand][batchDimension] != 0) || shape[batchDimension] == 1 else {
                throw .unsupported("an elementwise operator that differs between the rows of a batch is not trained")
            }
        }
    }

    /// Where the rows of an operand lie; its sizes are those of the result, or 1 where it is stretched.
    func axis(ofOperand operand: Int) -> BatchAxis {
        let sizes = shape.dimensions.indices.map { strides[operand][$0] == 0 ? 1 : shape[$0] }
        return BatchAxis(
            outer: sizes[..<batchDimension].reduce(1, *), capacity: axis.capacity,
            inner: sizes[(batchDimension + 1)...].reduce(batchFactor, *))
    }

    /// Calls `body` for each run of elements of `rows` along the last axis: their offsets in the result and in each
    /// operand, and their number. In an operand they lie `steps` apart.
    @inline(__always)
    func forEachRun(_ rows: Range<Int>, _ body: (_ result: Int, _ operands: [Int], _ count: Int) -> Void) {
        let first = rows.lowerBound * batchFactor
        var sizes = shape.dimensions
        sizes[batchDimension] = rows.count * batchFactor
        let count = sizes.removeLast()
        let own = shape.strides
        let starts = strides.map { first * $0[batchDimension] }
        let all = [own] + strides
        Broadcast.forEachOffset(Shape(sizes), strides: all.map { Array($0.dropLast()) }) { offsets in
            var operands = starts
            for index in operands.indices { operands[index] += offsets[index + 1] }
            body(first * own[batchDimension] + offsets[0], operands, count)
        }
    }
}
