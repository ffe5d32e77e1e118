import Tensors

extension HiddenStateLayer {
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
        if context.constant(1) != nil {
            throw .unsupported("GRU and RNN with a constant initial state other than zero are not supported")
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
