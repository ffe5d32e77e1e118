import Tensors

/// What a block of a recurrent layer's sums is made of.
struct RecurrentBlock: Sendable {
    /// The gate whose weights it has.
    let gate: Int
    /// Whether W · x is a part of it, R · h, and R · (r ⊙ h) with a reset gate r.
    var hasInput = true
    var hasHidden = true
    var hasReset = false
}

/// The parameters of one direction as one matrix and one list of biases, so that the sums of a step are one product.
extension RecurrentShape {
    /// Fills the matrix [joined, sums] and the biases [sums] from W [gates · hidden, inputs],
    /// R [gates · hidden, hidden] and the bias vectors. Where a block lacks a part there are zeros.
    func fill(
        matrix: UnsafeMutablePointer<Float>, bias: UnsafeMutablePointer<Float>, weights: UnsafePointer<Float>,
        recurrent: UnsafePointer<Float>, biases: UnsafePointer<Float>?
    ) {
        let resets = joined > inputs + hidden
        for (index, block) in blocks.enumerated() {
            for unit in 0..<hidden {
                let (column, row) = (index * hidden + unit, block.gate * hidden + unit)
                for input in 0..<inputs {
                    unsafe matrix[input * sums + column] = block.hasInput ? weights[row * inputs + input] : 0
                }
                for state in 0..<hidden {
                    let weight = unsafe recurrent[row * hidden + state]
                    unsafe matrix[(inputs + state) * sums + column] = block.hasHidden ? weight : 0
                    guard resets else { continue }
                    unsafe matrix[(inputs + hidden + state) * sums + column] = block.hasReset ? weight : 0
                }
                unsafe bias[column] = 0
                guard let biases = unsafe biases else { continue }
                for vector in vectors(of: block) { unsafe bias[column] += biases[vector * gates * hidden + row] }
            }
        }
    }

    /// Adds the gradients of the turned matrix [sums, joined] and of the biases [sums] to those of the
    /// parameters; nil where a parameter does not change.
    func addGradients(
        matrix: UnsafePointer<Float>, bias: UnsafePointer<Float>, weights: UnsafeMutablePointer<Float>?,
        recurrent: UnsafeMutablePointer<Float>?, biases: UnsafeMutablePointer<Float>?
    ) {
        for (index, block) in blocks.enumerated() {
            for unit in 0..<hidden {
                let (column, row) = (index * hidden + unit, block.gate * hidden + unit)
                let own = unsafe matrix + column * joined
                if block.hasInput, let weights = unsafe weights {
                    for input in 0..<inputs { unsafe weights[row * inputs + input] += own[input] }
                }
                if block.hasHidden || block.hasReset, let recurrent = unsafe recurrent {
                    let part = unsafe own + inputs + (block.hasHidden ? 0 : hidden)
                    for state in 0..<hidden { unsafe recurrent[row * hidden + state] += part[state] }
                }
                guard let biases = unsafe biases else { continue }
                for vector in vectors(of: block) { unsafe biases[vector * gates * hidden + row] += bias[column] }
            }
        }
    }

    /// The bias vectors that are a part of a block: W's, which also is the only one of some layers, and R's.
    private func vectors(of block: RecurrentBlock) -> Range<Int> {
        let range = (block.hasInput ? 0 : 1)..<(block.hasHidden || block.hasReset ? 2 : 1)
        return range.clamped(to: 0..<biasVectors)
    }
}
