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
    /// Of each operand, along the last axis.
    let steps: [Int]
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
        steps = strides.map { $0.last ?? 0 }
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
                default: for index in 0..<count { unsafe y[index] = kind.apply(a[index], b[index]) }
                }
            }
            return
        }
        let (a, b, y) = unsafe (operands[a], operands[b], operands[y])
        forEachRun(operands.rows) { result, left, right, count in
            for index in 0..<count {
                unsafe y[result + index] = kind.apply(a[left + index * steps[0]], b[right + index * steps[1]])
            }
        }
    }

    func addBackward(_ context: BackwardContext) {
        guard let dy = context.gradient(ofOutput: 0) else { return }
        for operand in 0..<2 {
            let parameter = context.gradient(ofParameter: operand)
            guard let target = parameter ?? context.gradient(ofInput: operand) else { continue }
            let (a, b) = (context.input(0), context.input(1))
            if isPlain, parameter == nil {
                context.add { operands in
                    axis.forEachBlock(operands.rows) { offset, count in
                        unsafe writeGradient(
                            of: operand, dy: operands[dy] + offset, a: operands[a] + offset, b: operands[b] + offset,
                            into: operands[target] + offset, count: count)
                    }
                }
                continue
            }
            let inputAxis = parameter == nil ? axisOfInput(operand) : nil
            context.add { operands in
                let (dy, target) = unsafe (operands[dy], operands[target])
                inputAxis?.forEachBlock(operands.rows) { offset, count in
                    unsafe (target + offset).update(repeating: 0, count: count)
                }
                if parameter != nil, kind == .add, strides[operand] == rowStrides {
                    let columns = shape[shape.rank - 1]
                    axis.forEachBlock(operands.rows) { offset, count in
                        unsafe kernels.sumRows(
                            dy + offset, rows: count / columns, columns: columns, ldx: columns, into: target)
                    }
                    return
                }
                unsafe addGradient(
                    of: operand, operands.rows, dy: dy, a: operands[a], b: operands[b], to: target)
            }
        }
    }

    /// The gradient of an operand that has the shape of the result, as both have.
    private func writeGradient(
        of operand: Int, dy: UnsafePointer<Float>, a: UnsafePointer<Float>, b: UnsafePointer<Float>,
        into target: UnsafeMutablePointer<Float>, count: Int
    ) {
        switch (kind, operand) {
        case (.add, _), (.subtract, 0): unsafe target.update(from: dy, count: count)
        case (.subtract, _): for index in 0..<count { unsafe target[index] = -dy[index] }
        case (.multiply, 0): unsafe kernels.multiply(dy, b, into: target, count: count)
        case (.multiply, _): unsafe kernels.multiply(dy, a, into: target, count: count)
        case (.divide, 0): unsafe kernels.divide(dy, b, into: target, count: count)
        case (.divide, _):
            for index in 0..<count { unsafe target[index] = -dy[index] * a[index] / (b[index] * b[index]) }
        default:
            for index in 0..<count {
                unsafe target[index] = dy[index] * kind.slope(of: operand, a[index], b[index])
            }
        }
    }

    /// Adds the gradient of an operand that may be stretched.
    private func addGradient(
        of operand: Int, _ rows: Range<Int>, dy: UnsafePointer<Float>, a: UnsafePointer<Float>,
        b: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>
    ) {
        forEachRun(rows) { result, left, right, count in
            let (dy, a, b) = unsafe (dy + result, a + left, b + right)
            let target = unsafe target + (operand == 0 ? left : right)
            for index in 0..<count {
                let (i, j) = (index * steps[0], index * steps[1])
                unsafe target[operand == 0 ? i : j] += dy[index] * kind.slope(of: operand, a[i], b[j])
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

    /// Calls `body` for each run of elements of `rows` along the last axis: their offsets in the result and in both
    /// operands, and their number. In an operand they lie `steps` apart.
    @inline(__always)
    private func forEachRun(_ rows: Range<Int>, _ body: (_ result: Int, _ a: Int, _ b: Int, _ count: Int) -> Void) {
        let first = rows.lowerBound * batchFactor
        var sizes = shape.dimensions
        sizes[batchDimension] = rows.count * batchFactor
        let count = sizes.removeLast()
        let all = [shape.strides, strides[0], strides[1]]
        let start = all.map { first * $0[batchDimension] }
        Broadcast.forEachOffset(Shape(sizes), strides: all.map { Array($0.dropLast()) }) { offsets in
            body(start[0] + offsets[0], start[1] + offsets[1], start[2] + offsets[2], count)
        }
    }
}
