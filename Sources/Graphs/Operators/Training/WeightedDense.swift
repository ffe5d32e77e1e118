package import Tensors

/// y[…, units] = clamp(x[…, features] · W + b) with W and b as inputs, so that training can change them: what `Gemm`
/// and `MatMul` become in a training graph.
///
/// Inputs: x, W [features, units] or [units, features], and optionally b [units].
package struct WeightedDense: InternalOperator {
    package static let name = "WeightedDense"
    package static let isCostly = true
    /// Whether W is [units, features].
    let isTransposed: Bool
    var clamp = Clamp.none

    init(isTransposed: Bool) { self.isTransposed = isTransposed }

    private func fixed(_ weight: Tensor, _ bias: Tensor?) -> Dense {
        Dense(DenseWeights(weight, isTransposed: isTransposed), bias: bias, clamp: clamp)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0)
        let weight = try inputs.type(1, rank: 2)
        let (features, units) = (weight.dimensions[isTransposed ? 1 : 0], weight.dimensions[isTransposed ? 0 : 1])
        guard type.dtype == .float32, type.dimensions.last == features else {
            throw .input(0, expected: "float32[…, \(features)]", found: "\(type)")
        }
        type.dimensions[type.rank - 1] = units
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        try fixed(try inputs.required(1), inputs.optional(2)).evaluate([try inputs.required(0)])
    }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let weight = context.shape(ofInput: 1)
        let (features, units) = isTransposed ? (weight[1], weight[0]) : (weight[0], weight[1])
        guard let inAxis = try context.axis(ofInput: 0) else {
            throw .unsupported("a dense layer of parameters alone cannot be trained")
        }
        let steps = DenseTraining(
            features: features, units: units, isTransposed: isTransposed, clamp: clamp, axis: inAxis, context: context)
        steps.addForward(context)
        context.onBackward { backward throws(GraphError) in steps.addBackward(backward) }
    }
}

/// The steps of a dense layer in training.
private struct DenseTraining: Sendable {
    let kernels: Kernels
    let features, units: Int
    let isTransposed: Bool
    let clamp: Clamp
    /// Rows of the input: several of the layer's for each of the batch when x has more than two dimensions.
    let axis: BatchAxis
    let x, weight, y, packed: TrainingBuffer
    let bias: TrainingBuffer?

    init(
        features: Int, units: Int, isTransposed: Bool, clamp: Clamp, axis: BatchAxis, context: TrainingContext
    ) {
        (self.features, self.units, self.isTransposed) = (features, units, isTransposed)
        (self.clamp, self.axis, kernels) = (clamp, axis, context.kernels)
        (x, weight, y) = (context.input(0), context.input(1), context.output())
        bias = context.hasInput(2) ? context.input(2) : nil
        packed = context.prepared(floats: kernels.packedBSize(n: units, k: features))
    }

    /// The offsets in x and y, and the number of the layer's rows, of each block of the batch's rows.
    private func forEachBlock(_ rows: Range<Int>, _ body: (_ row: Int, _ count: Int) -> Void) {
        axis.forEachBlock(rows) { offset, count in body(offset / features, count / features) }
    }

    func addForward(_ context: TrainingContext) {
        context.addPreparation { operands in
            unsafe kernels.packB(
                n: units, k: features, b: operands[weight], rowStride: isTransposed ? 1 : units,
                columnStride: isTransposed ? features : 1, into: operands[packed])
        }
        context.addForward { operands in
            forEachBlock(operands.rows) { row, count in
                unsafe kernels.gemmPacked(
                    m: count, n: units, k: features, a: operands[x] + row * features, lda: features,
                    packedB: operands[packed], bias: bias.map { unsafe UnsafePointer(operands[$0]) }, clamp: clamp,
                    c: operands[y] + row * units, ldc: units)
            }
        }
    }

    func addBackward(_ context: BackwardContext) {
        guard let dy = context.gradient(ofOutput: 0) else { return }
        let rows = axis.capacity * axis.rowFloats / features
        let (x, y) = (context.input(0), context.output())
        let (dw, db) = (context.gradient(ofParameter: 1), bias == nil ? nil : context.gradient(ofParameter: 2))
        let sums = clamp == .none ? dy : context.scratch(floats: rows * units)
        let workspace = context.scratch(floats: kernels.gradientWorkspace(n: isTransposed ? features : units, k: rows))
        context.add { operands in
            forEachBlock(operands.rows) { row, count in
                let gradient = unsafe operands[sums] + row * units
                if clamp != .none {
                    unsafe kernels.clampGradient(
                        y: operands[y] + row * units, dy: operands[dy] + row * units, to: clamp, into: gradient,
                        count: count * units)
                }
                if let db {
                    unsafe kernels.sumRows(gradient, rows: count, columns: units, ldx: units, into: operands[db])
                }
                let input = unsafe operands[x] + row * features
                guard let dw else { return }
                if isTransposed {
                    unsafe kernels.gemmRows(
                        m: units, n: features, k: count, a: gradient, lda: units, b: input, ldb: features,
                        c: operands[dw], ldc: features, workspace: operands[workspace])
                } else {
                    unsafe kernels.gemmRows(
                        m: features, n: units, k: count, a: input, lda: features, b: gradient, ldb: units,
                        c: operands[dw], ldc: units, workspace: operands[workspace])
                }
            }
        }
        addInputGradient(context, sums: sums)
    }

    /// dx = dy · Wᵀ; the gradient of the sums still is in the scratch memory that the step before wrote.
    private func addInputGradient(_ context: BackwardContext, sums: TrainingBuffer) {
        guard let dx = context.gradient(ofInput: 0) else { return }
        let packed = context.builder.prepared(floats: kernels.packedBSize(n: features, k: units))
        let weight = context.input(1)
        context.builder.preparations.append(
            TrainingStep(name: "WeightedDense", kind: .once) { operands in
                unsafe kernels.packB(
                    n: features, k: units, b: operands[weight], rowStride: isTransposed ? features : 1,
                    columnStride: isTransposed ? 1 : units, into: operands[packed])
            })
        context.add { operands in
            forEachBlock(operands.rows) { row, count in
                unsafe kernels.gemmPacked(
                    m: count, n: features, k: units, a: operands[sums] + row * units, lda: units,
                    packedB: operands[packed], bias: nil, clamp: .none, c: operands[dx] + row * features,
                    ldc: features)
            }
        }
    }
}
