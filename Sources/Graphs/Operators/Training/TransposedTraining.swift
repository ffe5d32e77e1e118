import Tensors

/// The steps of a transposed convolution in training, image by image.
///
/// Gradients: of the image, the product of what its columns get from the output's gradient with the transposed weights; of
/// the weights, the product of the image with the same columns, summed over pixels.
struct TransposedTraining: Sendable {
    let geometry: TransposedGeometry
    let axis: BatchAxis
    let kernels: Kernels
    private let x, weight, y, packed, ordered: TrainingBuffer
    private let bias: TrainingBuffer?

    init(geometry: TransposedGeometry, axis: BatchAxis, context: TrainingContext) {
        (self.geometry, self.axis, kernels) = (geometry, axis, context.kernels)
        (x, weight, y) = (context.input(0), context.input(1), context.output())
        bias = context.hasInput(2) ? context.input(2) : nil
        ordered = context.prepared(floats: geometry.inChannels * geometry.columns)
        packed = context.prepared(floats: geometry.groups * geometry.packedSize(isTurned: false, kernels))
    }

    func addForward(_ context: TrainingContext) {
        context.addPreparation { operands in
            unsafe geometry.reorder(operands[weight], into: operands[ordered])
            unsafe geometry.pack(operands[ordered], isTurned: false, into: operands[packed], kernels)
        }
        let columns = context.scratch(floats: geometry.columnSize)
        context.addForward { operands in
            for image in axis.images(operands.rows, size: geometry.outputSize) {
                unsafe geometry.run(
                    x: operands[x] + image * geometry.inputSize, packed: operands[packed],
                    bias: bias.map { unsafe UnsafePointer(operands[$0]) },
                    y: operands[y] + image * geometry.outputSize, scratch: operands[columns], kernels: kernels)
            }
        }
    }

    func addBackward(_ context: BackwardContext) {
        guard let dy = context.gradient(ofOutput: 0) else { return }
        let dx = context.gradient(ofInput: 0)
        let steps = Backward(
            geometry: geometry, kernels: kernels, dy: dy, x: context.input(0), dx: dx,
            dw: context.gradient(ofParameter: 1), db: bias == nil ? nil : context.gradient(ofParameter: 2),
            turned: dx == nil ? nil : addTurnedWeights(context), columns: context.scratch(floats: geometry.columnSize),
            sums: context.scratch(floats: geometry.inChannels * geometry.columns),
            workspace: context.scratch(
                floats: kernels.gradientWorkspace(n: geometry.columns, k: geometry.blockPixels)))
        let axis = axis
        context.add { operands in
            steps.run(operands, images: axis.images(operands.rows, size: steps.geometry.outputSize))
        }
    }

    /// The transposed weights, packed when a step begins.
    private func addTurnedWeights(_ context: BackwardContext) -> TrainingBuffer {
        let (weight, kernels) = (context.input(1), kernels)
        let turned = context.builder.prepared(
            floats: geometry.groups * geometry.packedSize(isTurned: true, kernels))
        let room = context.builder.prepared(floats: geometry.inChannels * geometry.columns)
        context.builder.preparations.append(
            TrainingStep(name: "WeightedTransposedConvolution", kind: .once) { [geometry] operands in
                unsafe geometry.reorder(operands[weight], into: operands[room])
                unsafe geometry.pack(operands[room], isTurned: true, into: operands[turned], kernels)
            })
        return turned
    }

    /// The backward steps and their memory.
    private struct Backward: Sendable {
        let geometry: TransposedGeometry
        let kernels: Kernels
        let dy, x: TrainingBuffer
        let dx, dw, db, turned: TrainingBuffer?
        /// The gradient of the columns of one block, and of the weights in the order of `reorder`.
        let columns, sums, workspace: TrainingBuffer

        func run(_ operands: TrainingOperands, images: Range<Int>) {
            if dw != nil { unsafe operands[sums].update(repeating: 0, count: geometry.inChannels * geometry.columns) }
            for image in images {
                let gradient = unsafe UnsafePointer(operands[dy] + image * geometry.outputSize)
                if let db {
                    unsafe kernels.sumRows(
                        gradient, rows: geometry.outputPixels, columns: geometry.outChannels,
                        ldx: geometry.outChannels, into: operands[db])
                }
                for block in geometry.blocks {
                    for group in 0..<geometry.groups {
                        unsafe geometry.gather(gradient, block, group: group, into: operands[columns])
                        multiply(operands, image: image, block, group: group)
                    }
                }
            }
            if let dw { unsafe geometry.addReordered(operands[sums], to: operands[dw]) }
        }

        /// The parts of one block and group in the gradients of weights and image.
        private func multiply(_ operands: TrainingOperands, image: Int, _ block: Range<Int>, group: Int) {
            let part = group * geometry.groupInputs
            let offset = (image * geometry.inputPixels + block.lowerBound) * geometry.inChannels + part
            if dw != nil {
                unsafe kernels.gemmRows(
                    m: geometry.groupInputs, n: geometry.columns, k: block.count, a: operands[x] + offset,
                    lda: geometry.inChannels, b: operands[columns], ldb: geometry.columns,
                    c: operands[sums] + part * geometry.columns, ldc: geometry.columns, workspace: operands[workspace])
            }
            guard let dx, let turned else { return }
            unsafe kernels.gemmPacked(
                m: block.count, n: geometry.groupInputs, k: geometry.columns, a: operands[columns],
                lda: geometry.columns,
                packedB: operands[turned] + group * geometry.packedSize(isTurned: true, kernels), bias: nil,
                clamp: .none, c: operands[dx] + offset, ldc: geometry.inChannels)
        }
    }
}
