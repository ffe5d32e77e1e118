import Tensors

/// The cell of a gated recurrent unit in training, with the reset gate before the product, as Cho et al. 2014 and ONNX's
/// default have it:
///
///     n = tanh(Wₙ · x + bₙ + Rₙ · s),  s = r ⊙ h,  h' = (1 - z) ⊙ n + z ⊙ h
///
/// s lies behind x and h in the joined rows, so that the weights' gradient still is one product over all steps. A step
/// takes two: the first, with s = 0, is for the gates; the second has all of n's sum.
struct EarlyGRUTraining: RecurrentCell {
    /// z, r and n.
    static let blocks = [
        RecurrentBlock(gate: 0), RecurrentBlock(gate: 1), RecurrentBlock(gate: 2, hasHidden: false, hasReset: true),
    ]
    let shape: RecurrentShape
    let kernels: Kernels
    /// The functions of the gates and of n.
    let gate, candidate: CellActivation

    var passesHiddenGradient: Bool { true }

    /// Kept for each sequence and step: z, r and n [3, H], all rows of a step together.
    func savedFloats(steps: Int) -> Int { steps * 3 * shape.hidden }

    private func gates(_ step: RecurrentStep) -> UnsafeMutablePointer<Float> {
        unsafe step.saved + step.index * step.rows * 3 * shape.hidden
    }

    /// h before a step, for a row; s follows it.
    private func state(_ step: RecurrentStep, _ row: Int) -> UnsafeMutablePointer<Float> {
        unsafe step.inputs + row * shape.joined + shape.inputs
    }

    func forward(_ step: RecurrentStep) {
        let (gates, hidden) = unsafe (gates(step), shape.hidden)
        for row in 0..<step.rows { unsafe (state(step, row) + hidden).update(repeating: 0, count: hidden) }
        computeSums(step)
        for row in 0..<step.rows {
            let (r, state) = unsafe (gates + (row * 3 + 1) * hidden, state(step, row))
            unsafe gate.apply(kernels, r, into: r, count: hidden)
            unsafe kernels.multiply(r, state, into: state + hidden, count: hidden)
        }
        computeSums(step)
        for row in 0..<step.rows {
            let (z, before) = unsafe (gates + row * 3 * hidden, state(step, row))
            let (n, after) = unsafe (z + 2 * hidden, step.hidden + row * shape.joined)
            unsafe gate.apply(kernels, z, into: z, count: 2 * hidden)
            unsafe candidate.apply(kernels, n, into: n, count: hidden)
            for unit in 0..<hidden { unsafe after[unit] = n[unit] + z[unit] * (before[unit] - n[unit]) }
        }
    }

    private func computeSums(_ step: RecurrentStep) {
        unsafe kernels.gemmPacked(
            m: step.rows, n: shape.sums, k: shape.joined, a: step.inputs, lda: shape.joined, packedB: step.packed,
            bias: step.bias, clamp: .none, c: gates(step), ldc: shape.sums)
    }

    func backward(
        _ step: RecurrentStep, _ room: RecurrentStep.Backward, hiddenGradient: UnsafePointer<Float>,
        into sums: UnsafeMutablePointer<Float>
    ) {
        let (gates, hidden) = unsafe (gates(step), shape.hidden)
        for row in 0..<step.rows {
            let (z, before) = unsafe (gates + row * 3 * hidden, state(step, row))
            let (n, dz) = unsafe (z + 2 * hidden, sums + row * 3 * hidden)
            let (dr, dn) = unsafe (dz + hidden, dz + 2 * hidden)
            let (dh, passed) = unsafe (hiddenGradient + row * hidden, room.passedGradient + row * hidden)
            for unit in 0..<hidden {
                unsafe passed[unit] = dh[unit] * z[unit]
                unsafe dz[unit] = dh[unit] * (before[unit] - n[unit]) * gate.derivative(y: z[unit])
                unsafe dn[unit] = dh[unit] * (1 - z[unit]) * candidate.derivative(y: n[unit])
                unsafe dr[unit] = 0
            }
        }
        // The gradient of s, which only n has a part in.
        unsafe kernels.gemmPacked(
            m: step.rows, n: shape.joined, k: shape.sums, a: sums, lda: shape.sums, packedB: room.turned, bias: nil,
            clamp: .none, c: room.joined, ldc: shape.joined)
        for row in 0..<step.rows {
            let (r, before) = unsafe (gates + (row * 3 + 1) * hidden, state(step, row))
            let ds = unsafe room.joined + row * shape.joined + shape.inputs + hidden
            let (dr, passed) = unsafe (sums + (row * 3 + 1) * hidden, room.passedGradient + row * hidden)
            for unit in 0..<hidden {
                unsafe dr[unit] = ds[unit] * before[unit] * gate.derivative(y: r[unit])
                unsafe passed[unit] += ds[unit] * r[unit]
            }
        }
    }
}
