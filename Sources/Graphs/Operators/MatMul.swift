package import Tensors

/// The product of the last two dimensions, with broadcasting of those before. With a constant matrix on the right it becomes `Dense`.
package struct MatMul: Operator {
    package static let name = "MatMul"
    package static let isCostly = true

    package init(attributes: Attributes) throws(GraphError) {}

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard let weight = inputs.constant(1), weight.shape.rank == 2, weight.dtype == .float32 else { return nil }
        return Specialization(Dense(weight: weight, bias: nil), inputs: [0])
    }

    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(0, true), (1, true)] }

    package func weighted(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard inputs.constant(1)?.shape.rank == 2 else { return nil }
        return Specialization(WeightedDense(isTransposed: false), inputCount: inputs.count)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let (a, b) = (try inputs.type(0), try inputs.type(1))
        guard a.rank >= 2, b.rank >= 2, a.dimensions.last == b.dimensions[b.rank - 2], a.dtype == b.dtype else {
            throw .input(1, expected: "matrices that fit \(a)", found: "\(b)")
        }
        let outer = try Broadcast.dimensions(Array(a.dimensions.dropLast(2)), Array(b.dimensions.dropLast(2)))
        return [ValueType(a.dtype, outer + [a.dimensions[a.rank - 2], b.dimensions[b.rank - 1]])]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (a, b) = (try inputs.floats(0), try inputs.floats(1))
        let product = try MatrixProduct(a.shape, b.shape)
        var result: [Float] = []
        product.forEachMatrix { left, right, _ in
            result += Naive.gemm(
                Array(a.elements[left..<(left + product.rows * product.depth)]),
                Array(b.elements[right..<(right + product.depth * product.columns)]), m: product.rows,
                n: product.columns, k: product.depth)
        }
        return [Tensor(result, shape: product.shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let rank = context.rowShape(ofOutput: 0).rank
        let shapes = (0..<2).map { context.operandShape($0, rank: rank) }
        guard shapes.allSatisfy({ $0.rank >= 2 }) else {
            throw .unsupported("MatMul with rows that are no matrices is not supported")
        }
        let product = try MatrixProduct(shapes[0], shapes[1])
        let kernels = context.kernels
        let workspace = kernels.gemmWorkspace(m: product.rows, n: product.columns, k: product.depth)
        context.addRowwiseStep(reads: [0, 1], scratch: max(workspace, 1)) { operands, _ in
            product.forEachMatrix { left, right, result in
                unsafe kernels.gemm(
                    m: product.rows, n: product.columns, k: product.depth, a: operands[0] + left, lda: product.depth,
                    b: operands[1] + right, ldb: product.columns, c: operands[2] + result, ldc: product.columns,
                    workspace: operands[3])
            }
        }
    }
}
