import Tensors

/// The matrices of one direction of a recurrent layer, in the tensors that files have, of all directions and with gates in
/// an order of their own. They are put in order when they are packed, and then released: `CompiledModel` packs them first.
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
        tensors = Releasable((input, recurrent))
        (self.direction, self.gates) = (direction, gates)
    }

    /// [G, H, I]; copied at every call.
    var input: [Float] { ordered(tensors.value.input) }

    /// [G, H, H]; copied at every call.
    var recurrent: [Float] { ordered(tensors.value.recurrent) }

    /// Gives the memory back, once both are packed.
    func release() { tensors.release() }

    /// W, gate by gate: each [H, I].
    var inputGates: [StridedFloats] { gates(of: tensors.value.input) }

    /// R, gate by gate: each [H, H].
    var recurrentGates: [StridedFloats] { gates(of: tensors.value.recurrent) }

    private func gates(of tensor: Tensor) -> [StridedFloats] {
        let parts = tensor.strided(parts: tensor.shape[0] * gates.count, channels: tensor.shape[2])
        return gates.map { parts[direction * gates.count + $0] }
    }

    private func ordered(_ tensor: Tensor) -> [Float] {
        let (size, gates) = (tensor.shape[1] * tensor.shape[2], gates(of: tensor))
        return unsafe [Float](unsafeUninitializedCapacity: size) { buffer, count in
            guard var target = buffer.baseAddress else { return }
            for gate in gates {
                unsafe gate.copy(to: target)
                unsafe target += gate.count
            }
            count = size
        }
    }
}
