import Tensors

/// The steps of `MatMul` in training where its operands broadcast, are parameters, or have the batch elsewhere than first:
/// matrix by matrix.
struct BroadcastProductTraining: Sendable {
    private let kernels: Kernels
    private let rows, depth, columns: Int
    /// The dimensions before those of the matrices, and how far each operand's and the result's matrices lie apart in them.
    private let outer: Shape
    private let strides: [[Int]]
    /// The dimension of `outer` that is the batch, with so many indices for each of its rows; `outer.rank` when the batch
    /// is the rows of the left matrices.
    private let batchDimension, batchFactor: Int
    /// Of the operands; nil for those that have no rows.
    private let axes: [BatchAxis?]

    init(_ context: TrainingContext) throws(GraphError) {
        let (a, b) = (context.shape(ofInput: 0), context.shape(ofInput: 1))
        let product = try MatrixProduct(a, b)
        kernels = context.kernels
        (rows, depth, columns) = (product.rows, product.depth, product.columns)
        let outer = Shape(Array(product.shape.dimensions.dropLast(2)))
        self.outer = outer
        strides = [a, b, product.shape].map { shape in
            let matrix = shape[shape.rank - 2] * shape[shape.rank - 1]
            return Broadcast.strides(of: Shape(Array(shape.dimensions.dropLast(2))), to: outer).map { $0 * matrix }
        }
        let type = context.builder.graph[context.outputID(0)].type
        let symbol = context.builder.symbol
        batchDimension = type?.dimensions.firstIndex { $0.symbols.contains(symbol) } ?? 0
        batchFactor = product.shape[batchDimension] / context.capacity
        axes = [try context.axis(ofInput: 0), try context.axis(ofInput: 1)]
        guard batchDimension < outer.rank || (batchDimension == outer.rank && axes[1] == nil),
            batchDimension == outer.rank
                || (0..<2).allSatisfy({ (axes[$0] != nil) == (strides[$0][batchDimension] != 0) })
                || outer[batchDimension] == 1
        else { throw .unsupported("MatMul whose matrices differ between the rows of a batch otherwise is not trained") }
    }

    private var sizes: (a: Int, b: Int, y: Int) { (rows * depth, depth * columns, rows * columns) }

    var forwardScratch: Int { max(kernels.gemmWorkspace(m: rows, n: columns, k: depth), 1) }

    /// For the transposed right matrices, one left gradient and the workspaces of products.
    var backwardScratch: Int {
        packedSize + sizes.a + max(kernels.gradientWorkspace(n: columns, k: rows), 1)
    }

    private var packedSize: Int { kernels.packedBSize(n: depth, k: columns) }

    /// Calls `body` with where the matrices of some rows start in both operands and in the result, and how many rows of
    /// the left matrix and of the result there are.
    private func forEachMatrix(
        _ range: Range<Int>, _ body: (_ a: Int, _ b: Int, _ y: Int, _ rows: Int) -> Void
    ) {
        let (first, count) = (range.lowerBound * batchFactor, range.count * batchFactor)
        var sizes = outer.dimensions
        var starts = [0, 0, 0]
        var height = rows
        if batchDimension < outer.rank {
            sizes[batchDimension] = count
            for index in 0..<3 { starts[index] = first * strides[index][batchDimension] }
        } else {
            height = count
            (starts[0], starts[2]) = (first * depth, first * columns)
        }
        Broadcast.forEachOffset(Shape(sizes), strides: strides) { offsets in
            body(starts[0] + offsets[0], starts[1] + offsets[1], starts[2] + offsets[2], height)
        }
    }

    func forward(
        _ range: Range<Int>, a: UnsafePointer<Float>, b: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        forEachMatrix(range) { left, right, result, height in
            unsafe kernels.gemm(
                m: height, n: columns, k: depth, a: a + left, lda: depth, b: b + right, ldb: columns, c: y + result,
                ldc: columns, workspace: scratch)
        }
    }

    func addBackward(_ context: BackwardContext) {
        guard let dy = context.gradient(ofOutput: 0) else { return }
        let scratch = context.scratch(floats: backwardScratch)
        for operand in 0..<2 {
            let parameter = context.gradient(ofParameter: operand)
            guard let target = parameter ?? context.gradient(ofInput: operand) else { continue }
            let other = context.input(1 - operand)
            let axis = parameter == nil ? axes[operand] : nil
            context.add { operands in
                axis?.forEachBlock(operands.rows) { offset, count in
                    unsafe (operands[target] + offset).update(repeating: 0, count: count)
                }
                if operand == 0 {
                    unsafe addLeft(
                        operands.rows, b: operands[other], dy: operands[dy], to: operands[target],
                        scratch: operands[scratch])
                } else {
                    unsafe addRight(
                        operands.rows, a: operands[other], dy: operands[dy], to: operands[target],
                        scratch: operands[scratch])
                }
            }
        }
    }

    /// dA += dY · Bᵀ
    private func addLeft(
        _ range: Range<Int>, b: UnsafePointer<Float>, dy: UnsafePointer<Float>, to da: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        let part = unsafe scratch + packedSize
        forEachMatrix(range) { left, right, result, height in
            unsafe kernels.packB(
                n: depth, k: columns, b: b + right, rowStride: 1, columnStride: columns, into: scratch)
            unsafe kernels.gemmPacked(
                m: height, n: depth, k: columns, a: dy + result, lda: columns, packedB: scratch, bias: nil,
                clamp: .none, c: part, ldc: depth)
            unsafe kernels.add(da + left, part, into: da + left, count: height * depth)
        }
    }

    /// dB += Aᵀ · dY
    private func addRight(
        _ range: Range<Int>, a: UnsafePointer<Float>, dy: UnsafePointer<Float>, to db: UnsafeMutablePointer<Float>,
        scratch: UnsafeMutablePointer<Float>
    ) {
        forEachMatrix(range) { left, right, result, height in
            unsafe kernels.gemmRows(
                m: depth, n: columns, k: height, a: a + left, lda: depth, b: dy + result, ldb: columns, c: db + right,
                ldc: columns, workspace: scratch + packedSize + sizes.a)
        }
    }
}
