package import Tensors

/// Y = alpha · A' · B' + beta · C of matrices, each of A and B optionally transposed. B and C must be constants; it
/// then becomes `Dense`.
package struct Gemm: Operator {
    package static let name = "Gemm"
    package static let isCostly = true
    let alpha: Float
    let beta: Float
    let transposesA: Bool
    let transposesB: Bool

    package init(attributes: Attributes) throws(GraphError) {
        alpha = try attributes.float("alpha") ?? 1
        beta = try attributes.float("beta") ?? 1
        transposesA = try attributes.flag("transA")
        transposesB = try attributes.flag("transB")
    }

    /// A plain product.
    init(transposesB: Bool) { (alpha, beta, transposesA, self.transposesB) = (1, 1, false, transposesB) }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard !transposesA, let weight = inputs.constant(1), weight.shape.rank == 2, weight.dtype == .float32 else {
            return nil
        }
        let scaled = alpha == 1 ? weight : Tensor(weight.floats.map { $0 * alpha }, shape: weight.shape)
        let weights = DenseWeights(scaled, isTransposed: transposesB)
        guard inputs.has(2) else { return Specialization(Dense(weights, bias: nil), inputs: [0]) }
        guard let addend = inputs.constant(2), let bias = bias(addend, columns: weights.units) else { return nil }
        return Specialization(Dense(weights, bias: bias), inputs: [0])
    }

    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(1, true), (2, true)] }

    package func weighted(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        let addend = inputs.constant(2)
        guard !transposesA, alpha == 1, beta == 1 || addend == nil, inputs.constant(1) != nil,
            !inputs.has(2) || addend?.shape.rank == 1
        else { throw .unsupported("Gemm is trained as x · W + b only, with one bias for each unit") }
        return Specialization(WeightedDense(isTransposed: transposesB), inputCount: inputs.count)
    }

    /// beta · C as [columns], when C is the same for all rows.
    private func bias(_ addend: Tensor, columns: Int) -> Tensor? {
        guard addend.dtype == .float32, addend.shape.dimensions.dropLast().allSatisfy({ $0 == 1 }),
            addend.elementCount == 1 || addend.elementCount == columns
        else { return nil }
        let values = addend.elementCount == 1 ? [Float](repeating: addend.floats[0], count: columns) : addend.floats
        return Tensor(values.map { $0 * beta }, shape: [columns])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let a = try inputs.type(0, rank: 2)
        let b = try inputs.type(1, rank: 2)
        guard a.dimensions[transposesA ? 0 : 1] == b.dimensions[transposesB ? 1 : 0] else {
            throw .input(1, expected: "a matrix that fits \(a)", found: "\(b)")
        }
        return [ValueType(a.dtype, [a.dimensions[transposesA ? 1 : 0], b.dimensions[transposesB ? 0 : 1]])]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        var (a, b) = (try inputs.required(0), try inputs.required(1))
        if transposesA { a = Transpose.transposed(a, [1, 0]) }
        if transposesB { b = Transpose.transposed(b, [1, 0]) }
        let (rows, depth, columns) = (a.shape[0], a.shape[1], b.shape[1])
        var product = Naive.gemm(a.floats, b.floats, m: rows, n: columns, k: depth)
        if let c = inputs.optional(2) {
            let addend = Broadcast.gathered(
                c, shape: [rows, columns], strides: Broadcast.strides(of: c.shape, to: [rows, columns])
            ).floats
            for index in product.indices { product[index] = alpha * product[index] + beta * addend[index] }
        } else {
            for index in product.indices { product[index] *= alpha }
        }
        return [Tensor(product, shape: [rows, columns])]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        throw .unsupported("Gemm with a second matrix or an addend computed from the request is not supported")
    }
}
