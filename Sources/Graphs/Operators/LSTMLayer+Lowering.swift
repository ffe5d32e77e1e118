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
        let initialHidden, initialCell, lengths, output, finalHidden, finalCell: Int?
        let scratch: Int
        /// Sequences in one row of the plan: 1, or all of them when the plan computes everything at once.
        let rowsEach: Int
        let steps: Int
        let strides: RecurrentStrides
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
            lengths = context.hasInput(LSTMLayer.lengthsInput) ? reads.count : nil
            if lengths != nil { reads.append(LSTMLayer.lengthsInput) }
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
            for index in cells.indices {
                guard let lengths else {
                    perform(operands, direction: index, row: 0, rows: rows, steps: steps)
                    continue
                }
                // Alone, a row costs little more than in a batch, and it stops where its padding begins.
                for row in 0..<rows {
                    let length = SequenceLength.steps(unsafe operands[lengths][row], of: steps)
                    perform(operands, direction: index, row: row, rows: 1, steps: length)
                    if let output { unsafe clear(operands[output], direction: index, row: row, from: length) }
                }
            }
        }

        /// Runs one direction over rows of one length.
        private func perform(_ operands: Operands, direction index: Int, row: Int, rows: Int, steps: Int) {
            let isReversed = directions[index] == .reverse
            let lastStep = isReversed ? max(steps - 1, 0) : 0
            let sign = isReversed ? -1 : 1
            let state = index * strides.stateDirection + row * strides.stateRow
            unsafe kernels.runLSTM(
                cells[index],
                LSTMBatch(
                    rows: rows, steps: steps,
                    input: operands[0] + row * strides.inputRow + lastStep * strides.inputStep,
                    inputRowStride: strides.inputRow, inputStepStride: sign * strides.inputStep,
                    initialHidden: initialHidden.map { unsafe UnsafePointer(operands[$0] + state) },
                    initialCell: initialCell.map { unsafe UnsafePointer(operands[$0] + state) },
                    output: output.map {
                        unsafe operands[$0] + row * strides.outputRow + index * strides.outputDirection
                            + lastStep * strides.outputStep
                    },
                    outputRowStride: strides.outputRow, outputStepStride: sign * strides.outputStep,
                    finalHidden: finalHidden.map { unsafe operands[$0] + state },
                    finalCell: finalCell.map { unsafe operands[$0] + state },
                    stateRowStride: strides.stateRow),
                workspace: operands[scratch])
        }

        /// Fills the hidden states of a row's padding with 0.
        private func clear(_ output: UnsafeMutablePointer<Float>, direction: Int, row: Int, from start: Int) {
            for step in start..<steps {
                let state = unsafe output + row * strides.outputRow + direction * strides.outputDirection
                unsafe (state + step * strides.outputStep).update(repeating: 0, count: hiddenSize)
            }
        }
    }
}
