package import Tensors

/// A recurrent layer whose only state is the hidden one, with fixed weights, in one or two directions: what `GRU` and
/// `RNN` become.
///
/// Inputs: X, and optionally the initial state and which steps count (`ActiveSteps`). Others change no state; their Y is
/// 0, or with `repeatsOutput` that of the step before. Outputs: Y (all hidden states) and Y_h (the last ones). Shapes are those of `LSTMLayer`.
package struct HiddenStateLayer: RecurrentOperator {
    /// The weights of one direction; G gates of H hidden units, I features.
    struct Part: Sendable {
        var direction: RecurrentDirection
        /// [G, H, I] and [G, H, H]
        let weights: RecurrentWeights
        /// [G, H], added to W·x.
        var inputBias: [Float]
        /// [G, H], added to R·h.
        var recurrentBias: [Float]
    }

    package static let name = "HiddenStateLayer"
    package static let isCostly = true
    static let lengthsInput = 2
    static let outputPermutations = [[1, 2, 0, 3], [1, 0, 2]]
    let inputSize: Int
    let hiddenSize: Int
    let cell: HiddenStateCell
    let parts: [Part]
    /// Whether Y repeats itself where a step does not count, from 0 on.
    let repeatsOutput: Bool
    var layout: RecurrentLayout

    var directions: [RecurrentDirection] { parts.map(\.direction) }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let x = try inputs.type(0, rank: 3)
        guard x.dtype == .float32, x.dimensions[2] == .fixed(inputSize) else {
            throw .input(0, expected: "float32[…, …, \(inputSize)]", found: "\(x)")
        }
        let (count, hidden) = (Dimension.fixed(parts.count), Dimension.fixed(hiddenSize))
        let (first, second) = (x.dimensions[0], x.dimensions[1])
        switch layout {
        case .timeFirst:
            return [
                ValueType(.float32, [first, count, second, hidden]), ValueType(.float32, [count, second, hidden]),
            ]
        case .batchFirst:
            return [
                ValueType(.float32, [first, second, count, hidden]), ValueType(.float32, [first, count, hidden]),
            ]
        }
    }

    func strides(rows: Int, steps: Int) -> RecurrentStrides {
        RecurrentStrides(
            layout: layout, rows: rows, steps: steps, inputs: inputSize, hidden: hiddenSize, directions: parts.count)
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let (rows, steps) = layout == .batchFirst ? (shape[0], shape[1]) : (shape[1], shape[0])
        let strides = strides(rows: rows, steps: steps)
        let initial = inputs.optional(1)?.floats
        let counting = inputs.optional(Self.lengthsInput)
        let states = rows * parts.count * hiddenSize
        var y = [Float](repeating: 0, count: steps * states)
        var last = [Float](repeating: 0, count: states)
        for (index, part) in parts.enumerated() {
            for row in 0..<rows {
                let at = row * strides.stateRow + index * strides.stateDirection
                var hidden = (0..<hiddenSize).map { Double(initial?[at + $0] ?? 0) }
                let active = ActiveSteps.list(counting, row: row, steps: steps)
                for step in part.direction == .forward ? active : active.reversed() {
                    let from = row * strides.inputRow + step * strides.inputStep
                    hidden = next(part, x: x[from..<(from + inputSize)].map(Double.init), hidden: hidden)
                    let to = strides.output(row: row, step: step, direction: index)
                    for unit in 0..<hiddenSize { y[to + unit] = Float(hidden[unit]) }
                }
                for unit in 0..<hiddenSize { last[at + unit] = Float(hidden[unit]) }
                if repeatsOutput {
                    strides.fillGaps(
                        &y, active: active, row: row, direction: index, isReversed: part.direction == .reverse,
                        width: hiddenSize, steps: steps)
                }
            }
        }
        let types = try inferTypes(
            InferenceInputs([.init(name: "", type: ValueType(.float32, shape.dimensions.map { .fixed($0) }))]))
        return zip([y, last], types).map { Tensor($0, shape: $1.fixedShape ?? []) }
    }

    /// One step of the naive twin.
    private func next(_ part: Part, x: [Double], hidden: [Double]) -> [Double] {
        func product(_ weights: [Float], _ row: Int, _ values: [Double]) -> Double {
            values.indices.reduce(0) { $0 + Double(weights[row * values.count + $1]) * values[$1] }
        }
        let (inputWeights, recurrentWeights) = (part.weights.input, part.weights.recurrent)
        func input(_ row: Int) -> Double { product(inputWeights, row, x) + Double(part.inputBias[row]) }
        func recurrent(_ row: Int, _ state: [Double]) -> Double {
            product(recurrentWeights, row, state) + Double(part.recurrentBias[row])
        }
        let count = hiddenSize
        guard case .gru(let resetsAfterProduct, let gates, let candidate) = cell else {
            guard case .plain(let activation) = cell else { return [] }
            return (0..<count).map { activation(input($0) + recurrent($0, hidden)) }
        }
        let z = (0..<count).map { gates(input($0) + recurrent($0, hidden)) }
        let r = (0..<count).map { gates(input(count + $0) + recurrent(count + $0, hidden)) }
        let reset = zip(r, hidden).map { $0 * $1 }
        return (0..<count).map { unit in
            let row = 2 * count + unit
            let sum = resetsAfterProduct ? r[unit] * recurrent(row, hidden) : recurrent(row, reset)
            return (1 - z[unit]) * candidate(input(row) + sum) + z[unit] * hidden[unit]
        }
    }
}
