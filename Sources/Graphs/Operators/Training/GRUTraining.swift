import Tensors

/// The gated recurrent unit in training, with its reset gate after the product: h' = (1 − z) ⊙ n + z ⊙ h with
/// n = tanh(a + r ⊙ q), where a = W·x + b and q = R·h + b'.
///
/// A step's sums are four blocks: those of z and r from features and hidden state together, a from the features alone
/// and q from the hidden state alone.
struct GRUTraining: RecurrentCell {
    let shape: RecurrentShape
    let kernels: Kernels

    /// Kept for each sequence and step: z, r, n, q.
    func savedFloats(steps: Int) -> Int { steps * 4 * shape.hidden }
    var gateCount: Int { 3 }
    /// h' keeps a part of h.
    var passesHiddenGradient: Bool { true }

    /// The row of the parameters, gates in the order z, r, h, that a sum comes from.
    private func row(_ sum: Int) -> Int { sum < 3 * shape.hidden ? sum : sum - shape.hidden }
    private func takesFeatures(_ sum: Int) -> Bool { sum < 3 * shape.hidden }
    private func takesState(_ sum: Int) -> Bool { sum < 2 * shape.hidden || sum >= 3 * shape.hidden }

    func fill(
        matrix: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>,
        recurrent: UnsafePointer<Float>, biases: UnsafePointer<Float>?
    ) {
        for sum in 0..<shape.sums {
            let row = row(sum)
            for column in 0..<shape.inputs {
                unsafe matrix[column * shape.sums + sum] =
                    takesFeatures(sum) ? weights[row * shape.inputs + column] : 0
            }
            for column in 0..<shape.hidden {
                unsafe matrix[(shape.inputs + column) * shape.sums + sum] =
                    takesState(sum) ? recurrent[row * shape.hidden + column] : 0
            }
            var total: Float = 0
            if let biases = unsafe biases {
                if takesFeatures(sum) { unsafe total += biases[row] }
                if takesState(sum), hasRecurrentBias { unsafe total += biases[3 * shape.hidden + row] }
            }
            unsafe bias[sum] = total
        }
    }

    func addGradients(
        matrix: UnsafePointer<Float>, bias: UnsafePointer<Float>, weights: UnsafeMutablePointer<Float>?,
        recurrent: UnsafeMutablePointer<Float>?, biases: UnsafeMutablePointer<Float>?
    ) {
        for sum in 0..<shape.sums {
            let (row, source) = unsafe (row(sum), matrix + sum * shape.joined)
            if takesFeatures(sum), let weights = unsafe weights {
                for column in 0..<shape.inputs { unsafe weights[row * shape.inputs + column] += source[column] }
            }
            if takesState(sum), let recurrent = unsafe recurrent {
                for column in 0..<shape.hidden {
                    unsafe recurrent[row * shape.hidden + column] += source[shape.inputs + column]
                }
            }
            guard let biases = unsafe biases else { continue }
            if takesFeatures(sum) { unsafe biases[row] += bias[sum] }
            if takesState(sum), hasRecurrentBias { unsafe biases[3 * shape.hidden + row] += bias[sum] }
        }
    }

    /// z, r, n and q of a step: all rows together.
    private func gates(_ step: RecurrentStep) -> UnsafeMutablePointer<Float> {
        unsafe step.saved + step.index * step.rows * 4 * shape.hidden
    }

    func forward(_ step: RecurrentStep) {
        let hidden = shape.hidden
        let gates = unsafe gates(step)
        unsafe kernels.gemmPacked(
            m: step.rows, n: 4 * hidden, k: shape.joined, a: step.inputs, lda: shape.joined, packedB: step.packed,
            bias: step.bias, clamp: .none, c: gates, ldc: 4 * hidden)
        for row in 0..<step.rows {
            let z = unsafe gates + row * 4 * hidden
            let (r, n, q) = unsafe (z + hidden, z + 2 * hidden, z + 3 * hidden)
            let before = unsafe step.inputs + row * shape.joined + shape.inputs
            let after = unsafe step.hidden + row * shape.joined
            unsafe kernels.sigmoid(z, into: z, count: 2 * hidden)
            for unit in 0..<hidden { unsafe n[unit] += r[unit] * q[unit] }
            unsafe kernels.tanh(n, into: n, count: hidden)
            for unit in 0..<hidden { unsafe after[unit] = n[unit] + z[unit] * (before[unit] - n[unit]) }
        }
    }

    func backward(
        _ step: RecurrentStep, hiddenGradient: UnsafeMutablePointer<Float>, into sums: UnsafeMutablePointer<Float>
    ) {
        let hidden = shape.hidden
        for row in 0..<step.rows {
            let z = unsafe gates(step) + row * 4 * hidden
            let (r, n, q) = unsafe (z + hidden, z + 2 * hidden, z + 3 * hidden)
            let before = unsafe step.inputs + row * shape.joined + shape.inputs
            let (gradient, dz) = unsafe (hiddenGradient + row * hidden, sums + row * 4 * hidden)
            let (dr, da, dq) = unsafe (dz + hidden, dz + 2 * hidden, dz + 3 * hidden)
            for unit in 0..<hidden {
                let given = unsafe gradient[unit]
                let candidate = unsafe given * (1 - z[unit]) * (1 - n[unit] * n[unit])
                unsafe dz[unit] = given * (before[unit] - n[unit]) * z[unit] * (1 - z[unit])
                unsafe dr[unit] = candidate * q[unit] * r[unit] * (1 - r[unit])
                unsafe da[unit] = candidate
                unsafe dq[unit] = candidate * r[unit]
                unsafe gradient[unit] = given * z[unit]
            }
        }
    }
}
