import Tensors

/// The matrices of one direction of a recurrent layer, in the tensors that files have, of all directions and with gates in
/// an order of their own. They are put in order when they are packed, and then released.
struct RecurrentWeights: Sendable {
    /// W [directions, G · H, I] and R [directions, G · H, H].
    private let tensors: Releasable<(input: Tensor, recurrent: Tensor)>
    private let direction: Int
    /// The gate of the tensors that stands at each place.
    private let gates: [Int]

    /// - Parameters:
    ///   - input: W, float32.
    ///   - recurrent: R, float32.
    ///   - direction: Which of the directions.
    ///   - gates: The gate of the tensors that stands at each place.
    init(input: Tensor, recurrent: Tensor, direction: Int, gates: [Int]) {
        // These stay until the first plan is made, longer than a file should be mapped.
        tensors = Releasable((input.owned, recurrent.owned))
        (self.direction, self.gates) = (direction, gates)
    }

    /// [G, H, I]; copied at every call.
    var input: [Float] { ordered(tensors.value.input) }

    /// [G, H, H]; copied at every call.
    var recurrent: [Float] { ordered(tensors.value.recurrent) }

    /// Gives the memory back, once both are packed.
    func release() { tensors.release() }

    private func ordered(_ tensor: Tensor) -> [Float] {
        let size = tensor.shape[1] * tensor.shape[2]
        let block = size / gates.count
        return unsafe [Float](unsafeUninitializedCapacity: size) { buffer, count in
            guard let target = buffer.baseAddress else { return }
            for (place, gate) in gates.enumerated() {
                unsafe (target + place * block).initialize(
                    from: tensor.storage.floats + direction * size + gate * block, count: block)
            }
            count = size
        }
    }
}
