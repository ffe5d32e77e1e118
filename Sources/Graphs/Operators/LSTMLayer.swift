package import Tensors

/// A long short-term memory layer with fixed weights, in one or two directions.
///
/// Inputs: X, and optionally the initial hidden and cell state and which steps count (`ActiveSteps`). Others change no
/// state; their Y is 0, or with `repeatsOutput` that of the step before. Outputs: Y (all hidden states), Y_h and Y_c (the last
/// ones). Shapes by layout, D directions, H hidden units:
/// - time first: X [T, B, I], Y [T, D, B, H], states [D, B, H];
/// - batch first: X [B, T, I], Y [B, T, D, H], states [B, D, H].
package struct LSTMLayer: RecurrentOperator {
    /// The weights of one direction, gates in the order i, f, g, o.
    struct Cell: Sendable {
        var direction: RecurrentDirection
        /// [4, H, I] and [4, H, H]
        let weights: RecurrentWeights
        /// [4, H], input and recurrent bias summed.
        var bias: [Float]
    }

    package static let name = "LSTMLayer"
    package static let isCostly = true
    static let lengthsInput = 3
    static let outputPermutations = [[1, 2, 0, 3], [1, 0, 2], [1, 0, 2]]
    let inputSize: Int
    let hiddenSize: Int
    let cells: [Cell]
    /// The functions of the gates, of what goes into the cell and of what comes out of it.
    let activations: [CellActivation]
    /// Whether Y repeats itself where a step does not count, from 0 on.
    let repeatsOutput: Bool
    var layout: RecurrentLayout

    var directions: [RecurrentDirection] { cells.map(\.direction) }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let x = try inputs.type(0, rank: 3)
        guard x.dtype == .float32, x.dimensions[2] == .fixed(inputSize) else {
            throw .input(0, expected: "float32[…, …, \(inputSize)]", found: "\(x)")
        }
        let (directions, hidden) = (Dimension.fixed(cells.count), Dimension.fixed(hiddenSize))
        let (first, second) = (x.dimensions[0], x.dimensions[1])
        switch layout {
        case .timeFirst:
            let state = ValueType(.float32, [directions, second, hidden])
            return [ValueType(.float32, [first, directions, second, hidden]), state, state]
        case .batchFirst:
            let state = ValueType(.float32, [first, directions, hidden])
            return [ValueType(.float32, [first, second, directions, hidden]), state, state]
        }
    }

    func strides(rows: Int, steps: Int) -> RecurrentStrides {
        RecurrentStrides(
            layout: layout, rows: rows, steps: steps, inputs: inputSize, hidden: hiddenSize, directions: cells.count)
    }

    /// The naive twin of one direction.
    private func naiveLayer(_ cell: Cell) -> Naive.LSTM {
        var layer = Naive.LSTM(
            inputSize: inputSize, hiddenSize: hiddenSize, inputWeights: cell.weights.input,
            recurrentWeights: cell.weights.recurrent, bias: cell.bias)
        let functions = activations
        layer.gate = { functions[0]($0) }
        layer.candidate = { functions[1]($0) }
        layer.result = { functions[2]($0) }
        return layer
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let (rows, steps) = layout == .batchFirst ? (shape[0], shape[1]) : (shape[1], shape[0])
        let strides = strides(rows: rows, steps: steps)
        let (h0, c0) = (inputs.optional(1)?.floats, inputs.optional(2)?.floats)
        let counting = inputs.optional(Self.lengthsInput)
        let states = rows * cells.count * hiddenSize
        var y = [Float](repeating: 0, count: steps * states)
        var (lastHidden, lastCell) = ([Float](repeating: 0, count: states), [Float](repeating: 0, count: states))
        for (index, cell) in cells.enumerated() {
            let layer = naiveLayer(cell)
            for row in 0..<rows {
                let active = ActiveSteps.list(counting, row: row, steps: steps)
                let sequence = active.flatMap { step in
                    let start = row * strides.inputRow + step * strides.inputStep
                    return x[start..<(start + inputSize)]
                }
                let at = row * strides.stateRow + index * strides.stateDirection
                var hidden = (0..<hiddenSize).map { Double(h0?[at + $0] ?? 0) }
                var state = (0..<hiddenSize).map { Double(c0?[at + $0] ?? 0) }
                let output = layer.run(sequence, hidden: &hidden, cell: &state, isReversed: cell.direction == .reverse)
                for unit in 0..<hiddenSize {
                    (lastHidden[at + unit], lastCell[at + unit]) = (Float(hidden[unit]), Float(state[unit]))
                }
                for (place, step) in active.enumerated() {
                    let target = strides.output(row: row, step: step, direction: index)
                    let own = output[(place * hiddenSize)..<((place + 1) * hiddenSize)]
                    y.replaceSubrange(target..<(target + hiddenSize), with: own.map(Float.init))
                }
                if repeatsOutput {
                    strides.fillGaps(
                        &y, active: active, row: row, direction: index, isReversed: cell.direction == .reverse,
                        width: hiddenSize, steps: steps)
                }
            }
        }
        let shapes = try inferTypes(
            InferenceInputs([.init(name: "", type: ValueType(.float32, shape.dimensions.map { .fixed($0) }))]))
        return zip([y, lastHidden, lastCell], shapes).map { Tensor($0, shape: $1.fixedShape ?? []) }
    }
}
