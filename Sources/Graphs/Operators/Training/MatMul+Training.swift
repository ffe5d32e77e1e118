import Tensors

/// The product of matrices that both depend on the request.
extension MatMul {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        guard let steps = try MatrixProductTraining(context) else { return try addBroadcastSteps(context) }
        let (a, b, y) = (context.input(0), context.input(1), context.output())
        let scratch = context.scratch(floats: steps.forwardScratch)
        context.addForward { operands in
            unsafe steps.forward(
                operands.rows, a: operands[a], b: operands[b], y: operands[y], scratch: operands[scratch])
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0) else { return }
            let scratch = context.scratch(floats: steps.backwardScratch)
            if let da = context.gradient(ofInput: 0) {
                let b = context.input(1)
                context.add { operands in
                    unsafe steps.leftGradient(
                        operands.rows, b: operands[b], dy: operands[dy], into: operands[da], scratch: operands[scratch])
                }
            }
            if let db = context.gradient(ofInput: 1) {
                let a = context.input(0)
                context.add { operands in
                    unsafe steps.rightGradient(
                        operands.rows, a: operands[a], dy: operands[dy], into: operands[db], scratch: operands[scratch])
                }
            }
        }
    }

    private func addBroadcastSteps(_ context: TrainingContext) throws(GraphError) {
        let steps = try BroadcastProductTraining(context)
        let (a, b, y) = (context.input(0), context.input(1), context.output())
        let scratch = context.scratch(floats: steps.forwardScratch)
        context.addForward { operands in
            unsafe steps.forward(
                operands.rows, a: operands[a], b: operands[b], y: operands[y], scratch: operands[scratch])
        }
        context.onBackward { context throws(GraphError) in steps.addBackward(context) }
    }
}

/// Products of matrices that each row of the batch has as many of.
private struct MatrixProductTraining: Sendable {
    let kernels: Kernels
    let rows, depth, columns: Int
    /// Products of each row of the batch.
    let each: Int

    /// - Returns: nil when the operands broadcast, have no rows or do not have them first.
    init?(_ context: TrainingContext) throws(GraphError) {
        kernels = context.kernels
        let product = try MatrixProduct(context.shape(ofInput: 0), context.shape(ofInput: 1))
        (rows, depth, columns, each) = (product.rows, product.depth, product.columns, product.count / context.capacity)
        for index in 0..<2 {
            guard let axis = try context.axis(ofInput: index), axis.outer == 1, product.isPlain,
                context.shape(ofInput: index).rank > 2
            else { return nil }
        }
    }

    private var sizes: (a: Int, b: Int, y: Int) { (rows * depth, depth * columns, rows * columns) }

    var forwardScratch: Int { max(kernels.gemmWorkspace(m: rows, n: columns, k: depth), 1) }

    var backwardScratch: Int {
        max(kernels.packedBSize(n: depth, k: columns), kernels.gradientWorkspace(n: columns, k: rows), 1)
    }

    func forward(
        _ range: Range<Int>, a: UnsafePointer<Float>, b: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        for index in range.lowerBound * each..<range.upperBound * each {
            unsafe kernels.gemm(
                m: rows, n: columns, k: depth, a: a + index * sizes.a, lda: depth, b: b + index * sizes.b, ldb: columns,
                c: y + index * sizes.y, ldc: columns, workspace: scratch)
        }
    }

    /// dA = dY · Bᵀ
    func leftGradient(
        _ range: Range<Int>, b: UnsafePointer<Float>, dy: UnsafePointer<Float>, into da: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        for index in range.lowerBound * each..<range.upperBound * each {
            unsafe kernels.packB(
                n: depth, k: columns, b: b + index * sizes.b, rowStride: 1, columnStride: columns, into: scratch)
            unsafe kernels.gemmPacked(
                m: rows, n: depth, k: columns, a: dy + index * sizes.y, lda: columns, packedB: scratch, bias: nil,
                clamp: .none, c: da + index * sizes.a, ldc: depth)
        }
    }

    /// dB = Aᵀ · dY
    func rightGradient(
        _ range: Range<Int>, a: UnsafePointer<Float>, dy: UnsafePointer<Float>, into db: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        for index in range.lowerBound * each..<range.upperBound * each {
            let target = unsafe db + index * sizes.b
            unsafe target.update(repeating: 0, count: sizes.b)
            unsafe kernels.gemmRows(
                m: depth, n: columns, k: rows, a: a + index * sizes.a, lda: depth, b: dy + index * sizes.y,
                ldb: columns, c: target, ldc: columns, workspace: scratch)
        }
    }
}
