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
    let walk: StretchedOperands

    init(kind: BinaryKind, context: TrainingContext) throws(GraphError) {
        self.kind = kind
        kernels = context.kernels
        walk = try StretchedOperands(context, count: 2)
    }

    private var axis: BatchAxis { walk.axis }
    private var steps: [Int] { walk.steps }

    func forward(_ operands: TrainingOperands, a: TrainingBuffer, b: TrainingBuffer, y: TrainingBuffer) {
        if walk.isPlain {
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
        let steps = steps
        walk.forEachRun(operands.rows) { result, offsets, count in
            let (a, b) = unsafe (a + offsets[0], b + offsets[1])
            for index in 0..<count { unsafe y[result + index] = kind.apply(a[index * steps[0]], b[index * steps[1]]) }
        }
    }

    func addBackward(_ context: BackwardContext) {
        guard let dy = context.gradient(ofOutput: 0) else { return }
        for operand in 0..<2 {
            let parameter = context.gradient(ofParameter: operand)
            guard let target = parameter ?? context.gradient(ofInput: operand) else { continue }
            let (a, b) = (context.input(0), context.input(1))
            if walk.isPlain, parameter == nil {
                context.add { operands in
                    axis.forEachBlock(operands.rows) { offset, count in
                        unsafe writeGradient(
                            of: operand, dy: operands[dy] + offset, a: operands[a] + offset, b: operands[b] + offset,
                            into: operands[target] + offset, count: count)
                    }
                }
                continue
            }
            let inputAxis = parameter == nil ? walk.axis(ofOperand: operand) : nil
            context.add { operands in
                let (dy, target) = unsafe (operands[dy], operands[target])
                inputAxis?.forEachBlock(operands.rows) { offset, count in
                    unsafe (target + offset).update(repeating: 0, count: count)
                }
                if parameter != nil, kind == .add, walk.strides[operand] == rowStrides {
                    let columns = walk.shape[walk.shape.rank - 1]
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
        let steps = steps
        walk.forEachRun(rows) { result, offsets, count in
            let (dy, a, b) = unsafe (dy + result, a + offsets[0], b + offsets[1])
            let target = unsafe target + offsets[operand]
            for index in 0..<count {
                let (i, j) = (index * steps[0], index * steps[1])
                unsafe target[operand == 0 ? i : j] += dy[index] * kind.slope(of: operand, a[i], b[j])
            }
        }
    }

    /// The strides of an operand that is one row [columns].
    private var rowStrides: [Int] { [Int](repeating: 0, count: walk.shape.rank - 1) + [1] }
}
