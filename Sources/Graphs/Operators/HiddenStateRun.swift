import Tensors

/// One direction of a `HiddenStateLayer`, with its weights packed: all rows of a chunk go through a step together, so
/// that each step is two matrix products and a little arithmetic on their results.
struct HiddenStateRun: Sendable {
    /// Operand indices; nil when left out.
    struct Places: Sendable {
        let initial, lengths, output, final: Int?
        let scratch: Int
        /// What the operand of lengths says.
        let counting: ActiveSteps
    }

    private let kernels: Kernels
    private let cell: HiddenStateCell
    private let isReversed: Bool
    private let repeatsOutput: Bool
    private let index: Int
    private let strides: RecurrentStrides
    private let steps: Int
    private let inputs: Int
    private let hidden: Int
    private let places: Places
    /// Packed [I, G · H] and [H, G · H]; for a gate that resets before the product its [H, H] apart.
    private let inputWeights: AlignedStorage
    private let recurrentWeights: AlignedStorage
    private let lateWeights: AlignedStorage?
    private let inputBias: AlignedStorage
    private let recurrentBias: AlignedStorage

    /// Floats of scratch memory for a row: both products, the state and the state after the reset gate.
    static func scratchFloats(gates: Int, hidden: Int) -> Int { (2 * gates + 2) * hidden }

    init(
        _ layer: HiddenStateLayer, _ part: HiddenStateLayer.Part, _ index: Int, _ strides: RecurrentStrides, steps: Int,
        _ context: inout LoweringContext, places: Places
    ) {
        (kernels, cell, isReversed) = (context.kernels, layer.cell, part.direction == .reverse)
        repeatsOutput = layer.repeatsOutput
        (self.index, self.strides, self.steps, self.places) = (index, strides, steps, places)
        (inputs, hidden) = (layer.inputSize, layer.hiddenSize)
        let kernels = kernels
        func packed(_ matrix: HiddenStateLayer.Matrix) -> AlignedStorage {
            context.packed(matrix.label(index)) { layer.packed(matrix, part, kernels) }
        }
        func copy(_ label: String, _ bias: [Float]) -> AlignedStorage {
            context.packed("\(label) \(index)") { Tensor(bias, shape: [bias.count]).storage }
        }
        inputWeights = packed(.input)
        recurrentWeights = packed(.recurrent)
        lateWeights = cell.resetsEarly ? packed(.late) : nil
        part.weights.release()
        inputBias = copy("input bias", part.inputBias)
        recurrentBias = copy("recurrent bias", part.recurrentBias)
    }

    /// Runs over rows that lie as `strides` say.
    func perform(_ operands: Operands, rows: Int) {
        let width = cell.gateCount * hidden
        let fromInput = unsafe operands[places.scratch]
        let fromState = unsafe fromInput + rows * width
        let state = unsafe fromState + rows * width
        let reset = unsafe state + rows * hidden
        for row in 0..<rows {
            let own = unsafe state + row * hidden
            if let initial = places.initial {
                unsafe own.update(from: stateOperand(operands, initial, row), count: hidden)
            } else {
                unsafe own.update(repeating: 0, count: hidden)
            }
        }
        for count in 0..<steps {
            let step = isReversed ? steps - 1 - count : count
            unsafe kernels.gemmPacked(
                m: rows, n: width, k: inputs, a: operands[0] + step * strides.inputStep, lda: strides.inputRow,
                packedB: inputWeights.floats, bias: inputBias.floats, clamp: .none, c: fromInput, ldc: width)
            let early = lateWeights == nil ? width : 2 * hidden
            unsafe kernels.gemmPacked(
                m: rows, n: early, k: hidden, a: state, lda: hidden, packedB: recurrentWeights.floats,
                bias: recurrentBias.floats, clamp: .none, c: fromState, ldc: width)
            if let lateWeights {
                unsafe resetStates(rows, fromInput, fromState, state, into: reset)
                unsafe kernels.gemmPacked(
                    m: rows, n: hidden, k: hidden, a: reset, lda: hidden, packedB: lateWeights.floats,
                    bias: recurrentBias.floats + early, clamp: .none, c: fromState + early, ldc: width)
            }
            for row in 0..<rows {
                unsafe update(
                    operands, row: row, step: step, fromInput + row * width, fromState + row * width,
                    state + row * hidden)
            }
        }
        guard let final = places.final else { return }
        for row in 0..<rows {
            unsafe stateOperand(operands, final, row).update(from: state + row * hidden, count: hidden)
        }
    }

    private func stateOperand(_ operands: Operands, _ place: Int, _ row: Int) -> UnsafeMutablePointer<Float> {
        unsafe operands[place] + row * strides.stateRow + index * strides.stateDirection
    }

    /// r ⊙ h for every row, with r's sum in the second block of both products.
    private func resetStates(
        _ rows: Int, _ fromInput: UnsafeMutablePointer<Float>, _ fromState: UnsafeMutablePointer<Float>,
        _ state: UnsafeMutablePointer<Float>, into reset: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<rows {
            let (gate, own) = (row * 3 * hidden + hidden, row * hidden)
            unsafe kernels.add(fromInput + gate, fromState + gate, into: reset + own, count: hidden)
            unsafe applyGates(reset + own, count: hidden)
            unsafe kernels.multiply(reset + own, state + own, into: reset + own, count: hidden)
        }
    }

    /// Makes a row's next state of its sums, unless the step is padding, and hands it out.
    private func update(
        _ operands: Operands, row: Int, step: Int, _ a: UnsafeMutablePointer<Float>,
        _ b: UnsafeMutablePointer<Float>, _ state: UnsafeMutablePointer<Float>
    ) {
        let output = unsafe places.output.map {
            unsafe operands[$0] + strides.output(row: row, step: step, direction: index)
        }
        guard isActive(operands, row: row, step: step) else {
            guard let output = unsafe output else { return }
            if repeatsOutput, hasOutput(operands, row: row, before: step) {
                unsafe output.update(from: state, count: hidden)
            } else {
                unsafe output.update(repeating: 0, count: hidden)
            }
            return
        }
        switch cell {
        case .gru(let resetsAfterProduct, _, let candidate):
            unsafe updateGRU(a, b, state, candidate, resetsAfterProduct: resetsAfterProduct)
        case .plain(let activation):
            unsafe kernels.add(a, b, into: a, count: hidden)
            unsafe activation.apply(kernels, a, into: state, count: hidden)
        }
        if let output = unsafe output { unsafe output.update(from: state, count: hidden) }
    }

    private func isActive(_ operands: Operands, row: Int, step: Int) -> Bool {
        guard let lengths = places.lengths else { return true }
        return unsafe places.counting.contains(step, row: row, steps: steps, operands[lengths])
    }

    /// Whether the state is an output that can be repeated, and not the initial state.
    private func hasOutput(_ operands: Operands, row: Int, before step: Int) -> Bool {
        guard places.initial != nil else { return true }
        let before = isReversed ? (step + 1)..<steps : 0..<step
        return before.contains { isActive(operands, row: row, step: $0) }
    }

    private func applyGates(_ x: UnsafeMutablePointer<Float>, count: Int) {
        guard case .gru(_, let gates, _) = cell else { return }
        unsafe gates.apply(kernels, x, into: x, count: count)
    }

    private func updateGRU(
        _ a: UnsafeMutablePointer<Float>, _ b: UnsafeMutablePointer<Float>, _ state: UnsafeMutablePointer<Float>,
        _ activation: CellActivation, resetsAfterProduct: Bool
    ) {
        unsafe kernels.add(a, b, into: a, count: 2 * hidden)
        unsafe applyGates(a, count: 2 * hidden)
        let (z, r, candidate) = unsafe (a, a + hidden, a + 2 * hidden)
        let product = unsafe b + 2 * hidden
        if resetsAfterProduct { unsafe kernels.multiply(product, r, into: product, count: hidden) }
        unsafe kernels.add(candidate, product, into: candidate, count: hidden)
        unsafe activation.apply(kernels, candidate, into: candidate, count: hidden)
        for unit in 0..<hidden {
            unsafe state[unit] = candidate[unit] + z[unit] * (state[unit] - candidate[unit])
        }
    }
}
