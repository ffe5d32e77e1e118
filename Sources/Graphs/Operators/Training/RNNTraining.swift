import Tensors

/// The plain recurrent cell in training: h' = f(W·x + R·h + b).
struct RNNTraining: RecurrentCell {
    let shape: RecurrentShape
    let kernels: Kernels
    /// Whether f is max(·, 0) instead of tanh.
    let isRectified: Bool

    /// Nothing but the hidden states, which are kept anyhow; memory of no size has no place.
    func savedFloats(steps: Int) -> Int { 1 }
    var gateCount: Int { 1 }

    func fill(
        matrix: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>,
        recurrent: UnsafePointer<Float>, biases: UnsafePointer<Float>?
    ) {
        unsafe shape.join(weights, recurrent, rows: shape.sums, into: matrix)
        for index in 0..<shape.sums {
            let own = unsafe biases?[index] ?? 0
            unsafe bias[index] = own + (hasRecurrentBias ? biases?[shape.sums + index] ?? 0 : 0)
        }
    }

    func addGradients(
        matrix: UnsafePointer<Float>, bias: UnsafePointer<Float>, weights: UnsafeMutablePointer<Float>?,
        recurrent: UnsafeMutablePointer<Float>?, biases: UnsafeMutablePointer<Float>?
    ) {
        unsafe shape.addJoined(matrix, rows: shape.sums, to: weights, recurrent)
        guard let biases = unsafe biases else { return }
        for index in 0..<shape.sums {
            unsafe biases[index] += bias[index]
            if hasRecurrentBias { unsafe biases[shape.sums + index] += bias[index] }
        }
    }

    func forward(_ step: RecurrentStep) {
        unsafe kernels.gemmPacked(
            m: step.rows, n: shape.hidden, k: shape.joined, a: step.inputs, lda: shape.joined, packedB: step.packed,
            bias: step.bias, clamp: isRectified ? .relu : .none, c: step.hidden, ldc: shape.joined)
        guard !isRectified else { return }
        for row in 0..<step.rows {
            let state = unsafe step.hidden + row * shape.joined
            unsafe kernels.tanh(state, into: state, count: shape.hidden)
        }
    }

    func backward(
        _ step: RecurrentStep, hiddenGradient: UnsafeMutablePointer<Float>, into sums: UnsafeMutablePointer<Float>
    ) {
        for row in 0..<step.rows {
            let state = unsafe step.hidden + row * shape.joined
            let (dy, dx) = unsafe (hiddenGradient + row * shape.hidden, sums + row * shape.hidden)
            if isRectified {
                unsafe kernels.clampGradient(y: state, dy: dy, to: .relu, into: dx, count: shape.hidden)
            } else {
                unsafe kernels.tanhGradient(y: state, dy: dy, into: dx, count: shape.hidden)
            }
        }
    }
}
