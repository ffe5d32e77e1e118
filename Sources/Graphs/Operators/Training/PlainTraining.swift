import Tensors

/// The cell of a plain recurrent layer (`RNN`) in training: h' = f(W · x + R · h + b).
struct PlainTraining: RecurrentCell {
    static let blocks = [RecurrentBlock(gate: 0)]
    let shape: RecurrentShape
    let kernels: Kernels
    /// f
    let activation: CellActivation

    /// Kept for each sequence and step: the hidden state, all rows of a step together.
    func savedFloats(steps: Int) -> Int { steps * shape.hidden }

    private func states(_ step: RecurrentStep) -> UnsafeMutablePointer<Float> {
        unsafe step.saved + step.index * step.rows * shape.hidden
    }

    func forward(_ step: RecurrentStep) {
        let (states, hidden, count) = unsafe (states(step), shape.hidden, step.rows * shape.hidden)
        unsafe kernels.gemmPacked(
            m: step.rows, n: hidden, k: shape.joined, a: step.inputs, lda: shape.joined, packedB: step.packed,
            bias: step.bias, clamp: .none, c: states, ldc: hidden)
        unsafe activation.apply(kernels, states, into: states, count: count)
        for row in 0..<step.rows {
            unsafe (step.hidden + row * shape.joined).update(from: states + row * hidden, count: hidden)
        }
    }

    func backward(
        _ step: RecurrentStep, _ room: RecurrentStep.Backward, hiddenGradient: UnsafePointer<Float>,
        into sums: UnsafeMutablePointer<Float>
    ) {
        let (states, count) = unsafe (states(step), step.rows * shape.hidden)
        if activation == .tanh {
            unsafe kernels.tanhGradient(y: states, dy: hiddenGradient, into: sums, count: count)
        } else {
            for index in 0..<count {
                unsafe sums[index] = hiddenGradient[index] * activation.derivative(y: states[index])
            }
        }
    }
}
