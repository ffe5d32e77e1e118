import Tensors

extension HiddenStateLayer: EarlyPacking {
    /// The matrices of a direction that are packed.
    enum Matrix: String {
        /// [I, G · H]
        case input
        /// [H, G · H], or without the gate that resets before the product.
        case recurrent
        /// [H, H] of that gate.
        case late

        func label(_ direction: Int) -> String { "\(rawValue) \(direction)" }
    }

    /// A matrix packed for `gemmPacked`.
    func packed(_ matrix: Matrix, _ part: Part, _ kernels: Kernels) -> AlignedStorage {
        switch matrix {
        case .input: kernels.packed(part.weights.inputGates)
        case .recurrent:
            kernels.packed(
                cell.resetsEarly ? Array(part.weights.recurrentGates.prefix(2)) : part.weights.recurrentGates)
        case .late: kernels.packed(Array(part.weights.recurrentGates.suffix(1)))
        }
    }

    func pack(_ kernels: Kernels, _ keep: (String, () -> AlignedStorage) -> Void) {
        for (index, part) in parts.enumerated() {
            for matrix in [Matrix.input, .recurrent] + (cell.resetsEarly ? [.late] : []) {
                keep(matrix.label(index)) { packed(matrix, part, kernels) }
            }
            part.weights.release()
        }
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let row = context.rowShape(ofInput: 0).dimensions
        let isWhole = row.count == 3
        guard isWhole || layout == .batchFirst else {
            throw .structure("\(Self.name) is lowered with the batch first")
        }
        let steps = layout == .timeFirst ? row[0] : row[row.count - 2]
        let rowsEach = !isWhole ? 1 : layout == .timeFirst ? row[1] : row[0]
        var reads = [0]
        func read(_ index: Int) -> Int? {
            guard context.hasInput(index) else { return nil }
            reads.append(index)
            return reads.count - 1
        }
        let (initial, lengths) = (read(1), read(Self.lengthsInput))
        let output = context.wantsOutput(0) ? reads.count : nil
        let final = context.wantsOutput(1) ? reads.count + (output == nil ? 0 : 1) : nil
        let scratch = reads.count + (output == nil ? 0 : 1) + (final == nil ? 0 : 1)
        let counting =
            lengths == nil ? ActiveSteps.lengths : ActiveSteps(context.type(ofInput: Self.lengthsInput))
        let strides = strides(rows: rowsEach, steps: steps)
        var runs: [HiddenStateRun] = []
        for (index, part) in parts.enumerated() {
            runs.append(
                HiddenStateRun(
                    self, part, index, strides, steps: steps, &context,
                    places: .init(
                        initial: initial, lengths: lengths, output: output, final: final, scratch: scratch,
                        counting: counting)))
        }
        let floats = HiddenStateRun.scratchFloats(gates: cell.gateCount, hidden: hiddenSize)
        context.addChunkStep(reads: reads, scratch: [{ rows in rows * rowsEach * floats }]) { [runs] operands, rows in
            for run in runs { run.perform(operands, rows: rows * rowsEach) }
        }
    }
}
