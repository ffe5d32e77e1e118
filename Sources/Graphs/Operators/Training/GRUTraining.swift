import Tensors

/// The cell of a gated recurrent unit in training, with the reset gate after the product, as in PyTorch and cuDNN:
///
///     n = tanh(Wₙ · x + bₙ + r ⊙ m),  m = Rₙ · h + rₙ,  h' = (1 - z) ⊙ n + z ⊙ h
///
/// Both parts of n's sum are blocks of their own, so that a step still is one product.
struct GRUTraining: RecurrentCell {
    /// z, r, what n takes of the input, and m.
    static let blocks = [
        RecurrentBlock(gate: 0), RecurrentBlock(gate: 1), RecurrentBlock(gate: 2, hasHidden: false),
        RecurrentBlock(gate: 2, hasInput: false),
    ]
    let shape: RecurrentShape
    let kernels: Kernels
    /// The functions of the gates and of n.
    let gate, candidate: CellActivation

    var passesHiddenGradient: Bool { true }

    /// Kept for each sequence and step: z, r, n and m [4, H], all rows of a step together.
    func savedFloats(steps: Int) -> Int { steps * 4 * shape.hidden }

    private func gates(_ step: RecurrentStep) -> UnsafeMutablePointer<Float> {
        unsafe step.saved + step.index * step.rows * 4 * shape.hidden
    }

    func forward(_ step: RecurrentStep) {
        let (gates, hidden) = unsafe (gates(step), shape.hidden)
        unsafe kernels.gemmPacked(
            m: step.rows, n: 4 * hidden, k: shape.joined, a: step.inputs, lda: shape.joined, packedB: step.packed,
            bias: step.bias, clamp: .none, c: gates, ldc: 4 * hidden)
        for row in 0..<step.rows {
            let (z, r) = unsafe (gates + row * 4 * hidden, gates + (row * 4 + 1) * hidden)
            let (n, m) = unsafe (r + hidden, r + 2 * hidden)
            unsafe gate.apply(kernels, z, into: z, count: 2 * hidden)
            for unit in 0..<hidden { unsafe n[unit] += r[unit] * m[unit] }
            unsafe candidate.apply(kernels, n, into: n, count: hidden)
            let (before, after) = unsafe (
                step.inputs + row * shape.joined + shape.inputs, step.hidden + row * shape.joined
            )
            for unit in 0..<hidden { unsafe after[unit] = n[unit] + z[unit] * (before[unit] - n[unit]) }
        }
    }

    func backward(
        _ step: RecurrentStep, _ room: RecurrentStep.Backward, hiddenGradient: UnsafePointer<Float>,
        into sums: UnsafeMutablePointer<Float>
    ) {
        let (gates, hidden) = unsafe (gates(step), shape.hidden)
        for row in 0..<step.rows {
            let (z, r) = unsafe (gates + row * 4 * hidden, gates + (row * 4 + 1) * hidden)
            let (n, m) = unsafe (r + hidden, r + 2 * hidden)
            let before = unsafe step.inputs + row * shape.joined + shape.inputs
            let dh = unsafe hiddenGradient + row * hidden
            let passed = unsafe room.passedGradient + row * hidden
            let dz = unsafe sums + row * 4 * hidden
            let (dr, dn, dm) = unsafe (dz + hidden, dz + 2 * hidden, dz + 3 * hidden)
            for unit in 0..<hidden {
                unsafe passed[unit] = dh[unit] * z[unit]
                unsafe dz[unit] = dh[unit] * (before[unit] - n[unit]) * gate.derivative(y: z[unit])
                let sum = unsafe dh[unit] * (1 - z[unit]) * candidate.derivative(y: n[unit])
                unsafe dn[unit] = sum
                unsafe dm[unit] = sum * r[unit]
                unsafe dr[unit] = sum * m[unit] * gate.derivative(y: r[unit])
            }
        }
    }
}
