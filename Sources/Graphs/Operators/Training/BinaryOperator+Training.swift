import Tensors

extension BinaryOperator {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let steps = try BinaryTraining(kind: Self.kind, context: context)
        let (a, b, y) = (context.input(0), context.input(1), context.output())
        context.addForward { operands in steps.forward(operands, a: a, b: b, y: y) }
        context.onBackward { context throws(GraphError) in steps.addBackward(context) }
    }
}

/// The steps of an elementwise operator of two operands in training, either of which may be stretched.
private struct BinaryTraining: Sendable {
    let kind: BinaryKind
    let kernels: Kernels
    let axis: BatchAxis
    /// The shape of the result, and the axis in it that is divided between threads.
    let shape: Shape
    let batchDimension: Int
    /// Rows of `batchDimension` for each row of the batch.
    let batchFactor: Int
    /// Of each operand, to read it as one of `shape`; in elements.
    let strides: [[Int]]
    /// Whether both operands have the shape of the result.
    let isPlain: Bool

    init(kind: BinaryKind, context: TrainingContext) throws(GraphError) {
        self.kind = kind
        kernels = context.kernels
        axis = try context.axis(ofOutput: 0)
        shape = context.shape(ofOutput: 0)
        let shapes = [context.shape(ofInput: 0), context.shape(ofInput: 1)]
        isPlain = shapes[0] == shape && shapes[1] == shape
        strides = shapes.map { [shape] in Broadcast.strides(of: $0, to: shape) }
        let type = context.builder.graph[context.outputID(0)].type
        batchDimension = type?.dimensions.firstIndex { $0.symbols.contains(context.builder.symbol) } ?? 0
        batchFactor = shape[batchDimension] / context.capacity
        for operand in 0..<2 {
            let hasRows = try context.axis(ofInput: operand) != nil
            guard hasRows == (strides[operand][batchDimension] != 0) || shape[batchDimension] == 1 else {
                throw .unsupported("an elementwise operator that differs between the rows of a batch is not trained")
            }
        }
    }

    func forward(_ operands: TrainingOperands, a: TrainingBuffer, b: TrainingBuffer, y: TrainingBuffer) {
        if isPlain {
            axis.forEachBlock(operands.rows) { offset, count in
                let (a, b, y) = unsafe (operands[a] + offset, operands[b] + offset, operands[y] + offset)
                switch kind {
                case .add: unsafe kernels.add(a, b, into: y, count: count)
                case .subtract: unsafe kernels.subtract(a, b, into: y, count: count)
                case .multiply: unsafe kernels.multiply(a, b, into: y, count: count)
                case .divide: unsafe kernels.divide(a, b, into: y, count: count)
                }
            }
            return
        }
        let (a, b, y) = unsafe (operands[a], operands[b], operands[y])
        forEachOffset(operands.rows) { result, left, right in
            unsafe y[result] = kind.apply(a[left], b[right])
        }
    }

    func addBackward(_ context: BackwardContext) {
        guard let dy = context.gradient(ofOutput: 0) else { return }
        for operand in 0..<2 {
            let isParameter = context.gradient(ofParameter: operand) != nil
            guard let target = isParameter ? context.gradient(ofParameter: operand) : context.gradient(ofInput: operand)
            else { continue }
            let (a, b) = (context.input(0), context.input(1))
            let inputAxis = isParameter ? nil : axisOfInput(operand)
            context.add { operands in
                let (dy, target) = unsafe (operands[dy], operands[target])
                if let inputAxis {
                    inputAxis.forEachBlock(operands.rows) { offset, count in
                        unsafe (target + offset).update(repeating: 0, count: count)
                    }
                }
                if isParameter, kind == .add, strides[operand] == rowStrides {
                    let columns = shape[shape.rank - 1]
                    axis.forEachBlock(operands.rows) { offset, count in
                        unsafe kernels.sumRows(
                            dy + offset, rows: count / columns, columns: columns, ldx: columns, into: target)
                    }
                    return
                }
                let (a, b) = unsafe (operands[a], operands[b])
                forEachOffset(operands.rows) { result, left, right in
                    let slope = unsafe slope(of: operand, a[left], b[right])
                    unsafe target[operand == 0 ? left : right] += dy[result] * slope
                }
            }
        }
    }

    /// The strides of an operand that is one row [columns].
    private var rowStrides: [Int] { [Int](repeating: 0, count: shape.rank - 1) + [1] }

    /// Where the rows of an operand lie; its sizes are those of the result, or 1 where it is stretched.
    private func axisOfInput(_ operand: Int) -> BatchAxis {
        let sizes = shape.dimensions.indices.map { strides[operand][$0] == 0 ? 1 : shape[$0] }
        return BatchAxis(
            outer: sizes[..<batchDimension].reduce(1, *), capacity: axis.capacity,
            inner: sizes[(batchDimension + 1)...].reduce(batchFactor, *))
    }

    /// The derivative of the result by one operand.
    private func slope(of operand: Int, _ a: Float, _ b: Float) -> Float {
        switch (kind, operand) {
        case (.add, _), (.subtract, 0): 1
        case (.subtract, _): -1
        case (.multiply, 0): b
        case (.multiply, _): a
        case (.divide, 0): 1 / b
        case (.divide, _): -a / (b * b)
        }
    }

    /// Calls `body` with the offsets of each element of `rows` in the result and in both operands.
    private func forEachOffset(_ rows: Range<Int>, _ body: (_ result: Int, _ a: Int, _ b: Int) -> Void) {
        let first = rows.lowerBound * batchFactor
        var sizes = shape.dimensions
        sizes[batchDimension] = rows.count * batchFactor
        let own = shape.strides
        let start = [own, strides[0], strides[1]].map { first * $0[batchDimension] }
        Broadcast.forEachOffset(Shape(sizes), strides: [own, strides[0], strides[1]]) { offsets in
            body(start[0] + offsets[0], start[1] + offsets[1], start[2] + offsets[2])
        }
    }
}
