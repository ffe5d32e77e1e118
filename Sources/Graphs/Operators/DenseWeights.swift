import Tensors

/// The matrix W [features, units] of `Dense`, in a tensor as files have it: perhaps as [units, features], perhaps with the
/// features in another order. Packing puts both right on the way, so that no turned copy of large weights is made.
struct DenseWeights: Sendable {
    let features: Int
    let units: Int
    /// W or its transpose; released when it is packed.
    private let tensor: Releasable<Tensor>
    /// Whether the tensor is [units, features].
    private let isTransposed: Bool
    /// The feature of the tensor that stands at each place of W; nil for the same order.
    private let order: [Int32]?
    /// What each unit's weights are multiplied by; nil for 1.
    private var scale: [Float]?

    /// - Parameters:
    ///   - tensor: float32, [features, units], or [units, features] when it is transposed.
    ///   - isTransposed: Whether it is.
    init(_ tensor: Tensor, isTransposed: Bool = false) {
        self.init(Releasable(tensor), tensor.shape, isTransposed: isTransposed, order: nil)
    }

    private init(_ tensor: Releasable<Tensor>, _ shape: Shape, isTransposed: Bool, order: [Int32]?) {
        precondition(shape.rank == 2, "weights are a matrix")
        (features, units) = isTransposed ? (shape[1], shape[0]) : (shape[0], shape[1])
        (self.tensor, self.isTransposed, self.order) = (tensor, isTransposed, order)
    }

    /// W as a plain matrix.
    var matrix: Tensor {
        var rows = ordered.floats
        if let scale { for index in rows.indices { rows[index] *= scale[index % units] } }
        return Tensor(rows, shape: [features, units])
    }

    /// W before it is scaled.
    private var ordered: Tensor {
        let matrix = isTransposed ? Transpose.transposed(tensor.value, [1, 0]) : tensor.value
        guard let order else { return matrix }
        let rows = matrix.floats
        return Tensor(
            order.flatMap { rows[(Int($0) * units)..<((Int($0) + 1) * units)] }, shape: [features, units])
    }

    /// The weights, each unit's multiplied by a number.
    func scaled(by factors: [Float]) -> DenseWeights {
        var result = self
        result.scale = scale.map { old in zip(old, factors).map { $0 * $1 } } ?? factors
        return result
    }

    /// The weights for features in another order.
    /// - Parameters:
    ///   - sizes: Features as dimensions of these sizes, whose product they are.
    ///   - permutation: The dimension that stands at each place afterwards.
    /// - Returns: Weights of the same tensor.
    /// - Returns: The same units over the features in their new order.
    func permuted(_ sizes: [Int], _ permutation: [Int]) -> DenseWeights {
        let shape = Shape(sizes)
        precondition(shape.elementCount == features, "sizes do not make the features")
        let strides = shape.strides
        var places: [Int32] = [0]
        for axis in permutation {
            places = places.flatMap { place in (0..<sizes[axis]).map { place + Int32($0 * strides[axis]) } }
        }
        let order = order.map { old in places.map { old[Int($0)] } } ?? places
        var result = DenseWeights(
            tensor, isTransposed ? [units, features] : [features, units], isTransposed: isTransposed, order: order)
        result.scale = scale
        return result
    }

    /// The weights packed for `gemmPacked`; the tensor is released.
    func packed(_ kernels: Kernels) -> AlignedStorage {
        defer { tensor.release() }
        guard let order else { return kernels.packed([plainColumns], scale: scale) }
        if let split = rotated(order) { return kernels.packed([split], scale: scale) }
        return kernels.packed(ordered.strided(channels: units).map(\.transposed), scale: scale)
    }

    /// The units as columns, their features in the tensor's order.
    private var plainColumns: StridedFloats {
        isTransposed
            ? tensor.value.strided(channels: features)[0] : tensor.value.strided(channels: units)[0].transposed
    }

    /// The units as columns, when the features are in an order that turns [channels, taps] into [taps, channels]; nil for
    /// other orders.
    private func rotated(_ order: [Int32]) -> StridedFloats? {
        guard isTransposed, features > 1 else { return nil }
        // Neighbours in the new order lie `taps` apart in the old one.
        let taps = Int(order[1])
        guard order[0] == 0, taps > 0, features.isMultiple(of: taps) else { return nil }
        let channels = features / taps
        for (place, feature) in order.enumerated() where Int(feature) != place % channels * taps + place / channels {
            return nil
        }
        return tensor.value.strided(channels: channels, taps: taps)[0]
    }
}
