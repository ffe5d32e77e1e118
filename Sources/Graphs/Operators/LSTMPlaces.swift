import Tensors

/// Where the operands of an LSTM's step stand; nil when they are left out.
struct LSTMPlaces: Sendable {
    /// The inputs that the step reads.
    let reads: [Int]
    /// The hidden and the cell state before the first step, and after the last.
    let initial, final: (hidden: Int?, cell: Int?)
    let lengths, output: Int?
    /// What the operand of lengths says.
    let counting: ActiveSteps
    let scratch: Int
    /// Sequences in one row of the plan: 1, or all of them when the plan computes everything at once.
    let rowsEach: Int
    let steps: Int

    init(_ layer: LSTMLayer, _ context: inout LoweringContext) throws(GraphError) {
        let row = context.rowShape(ofInput: 0).dimensions
        let isWhole = row.count == 3
        guard isWhole || layer.layout == .batchFirst else {
            throw .structure("LSTMLayer is lowered with the batch first")
        }
        steps = layer.layout == .timeFirst ? row[0] : row[row.count - 2]
        rowsEach = !isWhole ? 1 : layer.layout == .timeFirst ? row[1] : row[0]
        var reads = [0]
        func place(_ index: Int) throws(GraphError) -> Int? {
            guard context.hasInput(index) else { return nil }
            reads.append(index)
            return reads.count - 1
        }
        initial = (try place(1), try place(2))
        lengths = try place(LSTMLayer.lengthsInput)
        counting = lengths == nil ? .lengths : ActiveSteps(context.type(ofInput: LSTMLayer.lengthsInput))
        self.reads = reads
        var position = reads.count
        let outputs = (0..<3).map { index -> Int? in
            guard context.wantsOutput(index) else { return nil }
            defer { position += 1 }
            return position
        }
        (output, final) = (outputs[0], (outputs[1], outputs[2]))
        scratch = position
    }

    /// The states of a row, `offset` after the first of all.
    func states(_ places: (hidden: Int?, cell: Int?), _ operands: Operands, _ offset: Int) -> LSTMStates {
        unsafe LSTMStates(
            hidden: places.hidden.map { unsafe operands[$0] + offset },
            cell: places.cell.map { unsafe operands[$0] + offset })
    }
}

/// A hidden and a cell state; nil for zeros, or for what nobody wants.
@safe struct LSTMStates {
    let hidden, cell: UnsafeMutablePointer<Float>?
}
