package import Tensors

/// Transposed convolution whose weights are inputs, so that training can change them: what `ConvTranspose` becomes in a
/// training graph.
///
/// Inputs: the image, weights [in channels, out channels / groups, …kernel] and optionally biases [out channels].
package struct WeightedTransposedConvolution: ImageOperator {
    package static let name = "WeightedTransposedConvolution"
    package static let isCostly = true
    let window: TransposedWindow
    let groups: Int
    var layout: Layout

    private func fixed(weight: Tensor, bias: Tensor?) -> TransposedConvolution {
        TransposedConvolution(weight: weight, bias: bias, window: window, groups: groups, layout: layout)
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        guard let weight = inputs.constant(1) else {
            throw .input(1, expected: "constant weights", found: "computed ones")
        }
        return try fixed(weight: weight, bias: inputs.constant(2)).inferTypes(inputs)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        try fixed(weight: try inputs.required(1), bias: inputs.optional(2)).evaluate([try inputs.required(0)])
    }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        guard layout == .channelsLast else {
            throw .structure("WeightedTransposedConvolution is trained with channels last only")
        }
        let weight = context.shape(ofInput: 1)
        let image = Array(context.shape(ofInput: 0).dimensions.dropFirst().dropLast())
        let steps = TransposedTraining(
            geometry: window.geometry(
                sizes: image, inChannels: weight[0], outChannels: weight[1] * groups, groups: groups),
            axis: try context.imageAxis(), context: context)
        steps.addForward(context)
        context.onBackward { backward throws(GraphError) in steps.addBackward(backward) }
    }
}

/// The steps of a transposed convolution in training, image by image.
private struct TransposedTraining: Sendable {
    let geometry: TransposedGeometry
    let axis: BatchAxis
    let kernels: Kernels
    let x, weight, y, packed, ordered: TrainingBuffer
    let bias: TrainingBuffer?
    let packedSize: Int

    init(geometry: TransposedGeometry, axis: BatchAxis, context: TrainingContext) {
        (self.geometry, self.axis, kernels) = (geometry, axis, context.kernels)
        (x, weight, y) = (context.input(0), context.input(1), context.output())
        bias = context.hasInput(2) ? context.input(2) : nil
        packedSize = kernels.packedBSize(n: geometry.columns, k: geometry.groupInputs)
        ordered = context.prepared(floats: geometry.inChannels * geometry.columns)
        packed = context.prepared(floats: geometry.groups * packedSize)
    }

    func addForward(_ context: TrainingContext) {
        context.addPreparation { operands in
            unsafe geometry.reorder(operands[weight], into: operands[ordered])
            for group in 0..<geometry.groups {
                unsafe kernels.packB(
                    n: geometry.columns, k: geometry.groupInputs,
                    b: operands[ordered] + group * geometry.groupInputs * geometry.columns,
                    rowStride: geometry.columns, columnStride: 1, into: operands[packed] + group * packedSize)
            }
        }
        let columns = context.scratch(floats: geometry.columnSize)
        context.addForward { operands in
            for image in axis.images(operands.rows, size: geometry.outputSize) {
                unsafe geometry.run(
                    x: operands[x] + image * geometry.inputSize, packed: operands[packed], packedSize: packedSize,
                    bias: bias.map { unsafe UnsafePointer(operands[$0]) },
                    y: operands[y] + image * geometry.outputSize, columns: operands[columns], kernels: kernels)
            }
        }
    }

    func addBackward(_ context: BackwardContext) {
        guard let dy = context.gradient(ofOutput: 0) else { return }
        let (x, weight) = (context.input(0), context.input(1))
        let (dx, dw) = (context.gradient(ofInput: 0), context.gradient(ofParameter: 1))
        let db = bias == nil ? nil : context.gradient(ofParameter: 2)
        let turned = dx.map { _ in addTurnedWeights(context, weight) }
        let columns = context.scratch(floats: geometry.columnSize)
        let sums = context.scratch(floats: geometry.inChannels * geometry.columns)
        let workspace = context.scratch(
            floats: kernels.gradientWorkspace(n: geometry.columns, k: geometry.blockPixels))
        context.add { operands in
            if dw != nil { unsafe operands[sums].update(repeating: 0, count: geometry.inChannels * geometry.columns) }
            for image in axis.images(operands.rows, size: geometry.outputSize) {
                let gradient = unsafe UnsafePointer(operands[dy] + image * geometry.outputSize)
                if let db {
                    unsafe kernels.sumRows(
                        gradient, rows: geometry.outputPixels, columns: geometry.outChannels,
                        ldx: geometry.outChannels, into: operands[db])
                }
                for block in geometry.blocks {
                    for group in 0..<geometry.groups {
                        let offset = (image * geometry.inputPixels + block.lowerBound) * geometry.inChannels
                        let part = group * geometry.groupInputs
                        unsafe geometry.gather(gradient, block, group: group, into: operands[columns])
                        if dw != nil {
                            unsafe kernels.gemmRows(
                                m: geometry.groupInputs, n: geometry.columns, k: block.count,
                                a: operands[x] + offset + part, lda: geometry.inChannels, b: operands[columns],
                                ldb: geometry.columns, c: operands[sums] + part * geometry.columns,
                                ldc: geometry.columns, workspace: operands[workspace])
                        }
                        guard let dx, let turned else { continue }
                        unsafe kernels.gemmPacked(
                            m: block.count, n: geometry.groupInputs, k: geometry.columns, a: operands[columns],
                            lda: geometry.columns, packedB: operands[turned] + group * turnedSize, bias: nil,
                            clamp: .none, c: operands[dx] + offset + part, ldc: geometry.inChannels)
                    }
                }
            }
            if let dw { unsafe geometry.addReordered(operands[sums], to: operands[dw]) }
        }
    }

    /// Floats of one group's weights, packed for the gradient of the image.
    private var turnedSize: Int { kernels.packedBSize(n: geometry.groupInputs, k: geometry.columns) }

    /// The weights [taps · out, in] of each group, packed when a step begins.
    private func addTurnedWeights(_ context: BackwardContext, _ weight: TrainingBuffer) -> TrainingBuffer {
        let turned = context.builder.prepared(floats: geometry.groups * turnedSize)
        let room = context.builder.prepared(floats: geometry.inChannels * geometry.columns)
        context.builder.preparations.append(
            TrainingStep(name: "WeightedTransposedConvolution", kind: .once) { operands in
                unsafe geometry.reorder(operands[weight], into: operands[room])
                for group in 0..<geometry.groups {
                    unsafe kernels.packB(
                        n: geometry.groupInputs, k: geometry.columns,
                        b: operands[room] + group * geometry.groupInputs * geometry.columns, rowStride: 1,
                        columnStride: geometry.columns, into: operands[turned] + group * turnedSize)
                }
            })
        return turned
    }
}
