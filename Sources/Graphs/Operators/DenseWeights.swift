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
        let matrix = isTransposed ? Transpose.transposed(tensor.value, [1, 0]) : tensor.value
        guard let order else { return matrix }
        let rows = matrix.floats
        return Tensor(
            order.flatMap { rows[(Int($0) * units)..<((Int($0) + 1) * units)] }, shape: [features, units])
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
        return DenseWeights(
            tensor, isTransposed ? [units, features] : [features, units], isTransposed: isTransposed, order: order)
    }

    /// The weights packed for `gemmPacked`; the tensor is released.
    func packed(_ kernels: Kernels) -> AlignedStorage {
        let storage = AlignedStorage(unfilledByteCount: 4 * kernels.packedBSize(n: units, k: features))
        let source = order == nil || isTransposed ? tensor.value : matrix
        if let order, isTransposed {
            unsafe packReordered(source.storage.floats, order, kernels, into: storage.floats)
        } else {
            unsafe kernels.packB(
                n: units, k: features, b: source.storage.floats, rowStride: isTransposed ? 1 : units,
                columnStride: isTransposed ? features : 1, into: storage.floats)
        }
        tensor.release()
        return storage
    }

    /// Packs block by block, the features of a block's units put in order first.
    private func packReordered(
        _ source: UnsafePointer<Float>, _ order: [Int32], _ kernels: Kernels,
        into packed: UnsafeMutablePointer<Float>
    ) {
        let block = 32
        let rows = AlignedStorage(unfilledByteCount: 4 * block * features)
        let ordered = unsafe rows.floats
        unsafe order.withUnsafeBufferPointer { order in
            for first in stride(from: 0, to: units, by: block) {
                let count = min(block, units - first)
                for unit in 0..<count {
                    let (from, to) = unsafe (source + (first + unit) * features, ordered + unit * features)
                    for place in 0..<features { unsafe to[place] = from[Int(order[place])] }
                }
                unsafe kernels.packB(
                    n: count, k: features, b: ordered, rowStride: 1, columnStride: features,
                    into: packed + first * features)
            }
        }
    }
}
