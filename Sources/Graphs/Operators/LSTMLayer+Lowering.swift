import Tensors

extension LSTMLayer {
    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let run = try Run(layer: self, context: &context)
        let kernels = context.kernels
        let scratch: @Sendable (Int) -> Int = { rows in
            kernels.lstmWorkspaceCount(run.cells[0], rows: rows * run.rowsEach)
        }
        context.addChunkStep(reads: run.reads, scratch: [scratch]) { operands, rows in
            run.perform(operands, rows: rows * run.rowsEach)
        }
    }

    /// What the kernel call needs, gathered once.
    private struct Run: Sendable {
        let kernels: Kernels
        let cells: [PackedLSTM]
        let directions: [RecurrentDirection]
        let reads: [Int]
        /// Operand indices of the optional tensors; nil when they are left out.
        let initialHidden, initialCell, output, finalHidden, finalCell: Int?
        let scratch: Int
        /// Sequences in one row of the plan: 1, or all of them when the plan computes everything at once.
        let rowsEach: Int
        let steps: Int
        let strides: Strides
        let hiddenSize: Int
        let inputSize: Int

        init(layer: LSTMLayer, context: inout LoweringContext) throws(GraphError) {
            let row = context.rowShape(ofInput: 0).dimensions
            let isWhole = row.count == 3
            guard isWhole || layer.layout == .batchFirst else {
                throw .structure("LSTMLayer is lowered with the batch first")
            }
            steps = layer.layout == .timeFirst ? row[0] : row[row.count - 2]
            rowsEach = !isWhole ? 1 : layer.layout == .timeFirst ? row[1] : row[0]
            strides = layer.strides(rows: rowsEach, steps: steps)
            (hiddenSize, inputSize, kernels) = (layer.hiddenSize, layer.inputSize, context.kernels)
            directions = layer.cells.map(\.direction)
            let kernels = kernels
            cells = layer.cells.enumerated().map { index, cell in
                let weights = context.packed("direction \(index)") {
                    PackedLSTM.pack(
                        inputSize: layer.inputSize, hiddenSize: layer.hiddenSize, inputWeights: cell.inputWeights,
                        recurrentWeights: cell.recurrentWeights, bias: cell.bias, kernels: kernels)
                }
                return PackedLSTM(
                    inputSize: layer.inputSize, hiddenSize: layer.hiddenSize, weights: weights, kernels: kernels)
            }
            var reads = [0]
            var states: [Int?] = [nil, nil]
            for index in 1...2 where context.hasInput(index) {
                guard context.constant(index) == nil else {
                    throw .unsupported("LSTM with a constant initial state other than zero is not supported")
                }
                states[index - 1] = reads.count
                reads.append(index)
            }
            (self.reads, initialHidden, initialCell) = (reads, states[0], states[1])
            var position = reads.count
            let outputs = (0..<3).map { index -> Int? in
                guard context.wantsOutput(index) else { return nil }
                defer { position += 1 }
                return position
            }
            (output, finalHidden, finalCell) = (outputs[0], outputs[1], outputs[2])
            scratch = position
        }

        func perform(_ operands: Operands, rows: Int) {
            for (index, cell) in cells.enumerated() {
                let isReversed = directions[index] == .reverse
                let lastStep = isReversed ? max(steps - 1, 0) : 0
                let sign = isReversed ? -1 : 1
                let state = index * strides.stateDirection
                unsafe kernels.runLSTM(
                    cell,
                    LSTMBatch(
                        rows: rows, steps: steps,
                        input: operands[0] + lastStep * strides.inputStep,
                        inputRowStride: strides.inputRow, inputStepStride: sign * strides.inputStep,
                        initialHidden: initialHidden.map { unsafe UnsafePointer(operands[$0] + state) },
                        initialCell: initialCell.map { unsafe UnsafePointer(operands[$0] + state) },
                        output: output.map {
                            unsafe operands[$0] + index * strides.outputDirection + lastStep * strides.outputStep
                        },
                        outputRowStride: strides.outputRow, outputStepStride: sign * strides.outputStep,
                        finalHidden: finalHidden.map { unsafe operands[$0] + state },
                        finalCell: finalCell.map { unsafe operands[$0] + state },
                        stateRowStride: strides.stateRow),
                    workspace: operands[scratch])
            }
        }
    }
}
