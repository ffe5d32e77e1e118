package import Tensors

/// y[…, units] = clamp(x[…, features] · W + b), W and b fixed: what `Gemm` and `MatMul` become.
package struct Dense: InternalOperator, EarlyPacking {
    package static let name = "Dense"
    package static let isCostly = true
    /// [features, units]
    let weights: DenseWeights
    /// [units]
    var bias: Tensor?
    var clamp = Clamp.none

    init(weight: Tensor, bias: Tensor?, clamp: Clamp = .none) {
        self.init(DenseWeights(weight), bias: bias, clamp: clamp)
    }

    init(_ weights: DenseWeights, bias: Tensor?, clamp: Clamp = .none) {
        self.weights = weights
        self.bias = bias?.owned
        self.clamp = clamp
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0)
        guard type.dtype == .float32, type.dimensions.last == .fixed(weights.features) else {
            throw .input(0, expected: "float32[…, \(weights.features)]", found: "\(type)")
        }
        type.dimensions[type.rank - 1] = .fixed(weights.units)
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let (depth, columns) = (weights.features, weights.units)
        let rows = x.count / max(depth, 1)
        let product = Naive.gemm(
            x, weights.matrix.floats, m: rows, n: columns, k: depth, bias: bias?.floats, clamp: clamp)
        return [Tensor(product, shape: Shape(shape.dimensions.dropLast() + [columns]))]
    }

    /// What its packed weights are called.
    private static let packingLabel = "weight"

    func pack(_ kernels: Kernels, _ keep: (String, () -> AlignedStorage) -> Void) {
        keep(Self.packingLabel) { weights.packed(kernels) }
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let (depth, columns) = (weights.features, weights.units)
        let rowsEach = context.rowShape(ofInput: 0).elementCount / max(depth, 1)
        let (kernels, clamp) = (context.kernels, clamp)
        let packed = context.packed(Self.packingLabel) { weights.packed(kernels) }
        let bias = bias?.storage
        context.addChunkStep(reads: [0]) { operands, rows in
            unsafe kernels.gemmPacked(
                m: rows * rowsEach, n: columns, k: depth, a: operands[0], lda: depth, packedB: packed.floats,
                bias: bias?.floats, clamp: clamp, c: operands[1], ldc: columns)
        }
    }
}
