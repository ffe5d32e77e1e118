import Tensors

extension LSTMLayer: EarlyPacking {
    /// Floats of weights of one direction from which on they are packed once, for matrix products: the cell's arithmetic
    /// no longer matters, and its kernel has them twice.
    private static let largestCell = 1 << 22

    /// Whether matrix products and plain arithmetic make the states.
    var isPlain: Bool {
        activations != LSTM.usualActivations || 4 * hiddenSize * (inputSize + hiddenSize) > Self.largestCell
    }

    static func packingLabel(_ direction: Int) -> String { "direction \(direction)" }

    /// The weights of a direction for its kernel; they are released.
    private func packed(_ direction: Int, _ kernels: Kernels) -> AlignedStorage {
        let cell = cells[direction]
        defer { cell.weights.release() }
        return PackedLSTM.pack(
            inputSize: inputSize, hiddenSize: hiddenSize, inputWeights: cell.weights.input,
            recurrentWeights: cell.weights.recurrent, bias: cell.bias, kernels: kernels)
    }

    func pack(_ kernels: Kernels, _ keep: (String, () -> AlignedStorage) -> Void) {
        for (index, cell) in cells.enumerated() {
            if isPlain {
                keep(Self.inputLabel(index)) { kernels.packed(cell.weights.inputGates) }
                keep(Self.recurrentLabel(index)) { kernels.packed(cell.weights.recurrentGates) }
                cell.weights.release()
            } else {
                keep(Self.packingLabel(index)) { packed(index, kernels) }
            }
        }
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        guard !isPlain else {
            return lowerPlain(&context, try LSTMPlaces(self, &context))
        }
        let run = try Run(layer: self, context: &context)
        let kernels = context.kernels
        let scratch: @Sendable (Int) -> Int = { rows in
            kernels.lstmWorkspaceCount(run.cells[0], rows: rows * run.places.rowsEach) + 2 * run.hiddenSize
        }
        context.addChunkStep(reads: run.places.reads, scratch: [scratch]) { operands, rows in
            run.perform(operands, rows: rows * run.places.rowsEach)
        }
    }

    /// What the kernel call needs, gathered once.
    private struct Run: Sendable {
        let kernels: Kernels
        let cells: [PackedLSTM]
        let directions: [RecurrentDirection]
        let places: LSTMPlaces
        let strides: RecurrentStrides
        let hiddenSize: Int
        let repeatsOutput: Bool

        init(layer: LSTMLayer, context: inout LoweringContext) throws(GraphError) {
            places = try LSTMPlaces(layer, &context)
            strides = layer.strides(rows: places.rowsEach, steps: places.steps)
            (hiddenSize, repeatsOutput, kernels) = (layer.hiddenSize, layer.repeatsOutput, context.kernels)
            directions = layer.cells.map(\.direction)
            let kernels = kernels
            cells = layer.cells.indices.map { index in
                let weights = context.packed(LSTMLayer.packingLabel(index)) { layer.packed(index, kernels) }
                return PackedLSTM(
                    inputSize: layer.inputSize, hiddenSize: layer.hiddenSize, weights: weights, kernels: kernels)
            }
        }

        func perform(_ operands: Operands, rows: Int) {
            for index in cells.indices {
                guard let lengths = places.lengths else {
                    perform(
                        operands, direction: index, row: 0, rows: rows, times: 0..<places.steps,
                        from: places.states(places.initial, operands, index * strides.stateDirection),
                        to: places.states(places.final, operands, index * strides.stateDirection))
                    continue
                }
                // Alone, a row costs little more than in a batch, and it stops where its padding begins.
                for row in 0..<rows {
                    unsafe perform(operands, direction: index, row: row, counting: operands[lengths])
                }
            }
        }

        /// Runs one direction over those steps of a row that count, one run of neighbours after another.
        private func perform(
            _ operands: Operands, direction index: Int, row: Int, counting: UnsafePointer<Float>
        ) {
            let isReversed = directions[index] == .reverse
            let state = index * strides.stateDirection + row * strides.stateRow
            var states = places.states(places.initial, operands, state)
            let final = places.states(places.final, operands, state)
            let kept = unsafe LSTMStates(
                hidden: operands[places.scratch], cell: operands[places.scratch] + hiddenSize)
            func next(_ left: Range<Int>) -> Range<Int>? {
                unsafe places.counting.run(
                    in: left, isReversed: isReversed, row: row, steps: places.steps, counting)
            }
            var (left, found) = (0..<places.steps, next(0..<places.steps))
            if found == nil {
                perform(operands, direction: index, row: row, rows: 1, times: 0..<0, from: states, to: final)
            }
            var last: Int?
            while let run = found {
                let gap = isReversed ? run.upperBound..<left.upperBound : left.lowerBound..<run.lowerBound
                left = isReversed ? left.lowerBound..<run.lowerBound : run.upperBound..<left.upperBound
                found = next(left)
                let target = found == nil ? final : kept
                perform(operands, direction: index, row: row, rows: 1, times: run, from: states, to: target)
                fill(gap, operands, direction: index, row: row, from: last)
                last = isReversed ? run.lowerBound : run.upperBound - 1
                states = kept
            }
            fill(left, operands, direction: index, row: row, from: last)
        }

        /// Runs one direction over rows and some of their steps.
        private func perform(
            _ operands: Operands, direction index: Int, row: Int, rows: Int, times: Range<Int>,
            from initial: LSTMStates,
            to final: LSTMStates
        ) {
            let isReversed = directions[index] == .reverse
            let first = isReversed ? max(times.upperBound - 1, 0) : times.lowerBound
            let sign = isReversed ? -1 : 1
            unsafe kernels.runLSTM(
                cells[index],
                LSTMBatch(
                    rows: rows, steps: times.count,
                    input: operands[0] + row * strides.inputRow + first * strides.inputStep,
                    inputRowStride: strides.inputRow, inputStepStride: sign * strides.inputStep,
                    initialHidden: initial.hidden.map { unsafe UnsafePointer($0) },
                    initialCell: initial.cell.map { unsafe UnsafePointer($0) },
                    output: places.output.map {
                        unsafe operands[$0] + strides.output(row: row, step: first, direction: index)
                    },
                    outputRowStride: strides.outputRow, outputStepStride: sign * strides.outputStep,
                    finalHidden: final.hidden, finalCell: final.cell,
                    stateRowStride: strides.stateRow),
                workspace: operands[places.scratch] + 2 * hiddenSize)
        }

        /// Fills the hidden states of steps that do not count: with the one of step `last`, or with 0.
        private func fill(_ steps: Range<Int>, _ operands: Operands, direction: Int, row: Int, from last: Int?) {
            guard let output = places.output else { return }
            for step in steps {
                let target = unsafe operands[output] + strides.output(row: row, step: step, direction: direction)
                if let last, repeatsOutput {
                    let source = strides.output(row: row, step: last, direction: direction)
                    unsafe target.update(from: operands[output] + source, count: hiddenSize)
                } else {
                    unsafe target.update(repeating: 0, count: hiddenSize)
                }
            }
        }
    }
}
