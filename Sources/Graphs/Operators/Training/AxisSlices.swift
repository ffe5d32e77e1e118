import Tensors

/// How the slices of a value along one of its axes lie, as far as they belong to some rows of the batch: what `Concat`
/// and `Gather` move.
struct AxisSlices: Sendable {
    /// Floats from one slice to the next.
    let stride: Int
    private let capacity: Int
    /// Products of dimensions: before both the axis and the batch, and between the two.
    private let outer, between: Int
    /// Floats of one row of the batch in a slice, between blocks of `between`.
    private let inner: Int
    private let isBatchFirst: Bool

    /// The slices of an input.
    /// - Parameters:
    ///   - index: The input.
    ///   - axis: The axis of the slices, counted from the front.
    ///   - context: Whose inputs these are.
    /// - Throws: when the axis is the batch, or the input has none.
    init(ofInput index: Int, axis: Int, context: TrainingContext) throws(GraphError) {
        let name = context.node.op.name
        guard let rows = try context.axis(ofInput: index) else {
            throw .unsupported("\(name) of parameters alone cannot be trained")
        }
        let dimensions = context.value(index).type?.dimensions ?? []
        let batch = dimensions.firstIndex { $0.symbols.contains(context.builder.symbol) } ?? 0
        guard axis != batch else { throw .unsupported("\(name) along the batch dimension is not trained") }
        let sizes = context.shape(ofInput: index).dimensions
        capacity = rows.capacity
        isBatchFirst = batch < axis
        let (low, high) = (min(axis, batch), max(axis, batch))
        outer = sizes[..<low].reduce(1, *)
        if isBatchFirst {
            between = sizes[(low + 1)..<high].reduce(sizes[batch] / rows.capacity, *)
            inner = sizes[(high + 1)...].reduce(1, *)
            stride = inner
        } else {
            between = sizes[(low + 1)..<high].reduce(1, *)
            inner = rows.inner
            stride = between * capacity * inner
        }
    }

    /// Calls `body` for each place where slices start, in two values that have `first` and `second` slices and else the
    /// same shape: the offsets of slice 0 in both, and the floats of a slice there.
    @inline(__always)
    func forEachPlace(
        _ rows: Range<Int>, _ first: Int, _ second: Int,
        _ body: (_ first: Int, _ second: Int, _ count: Int) -> Void
    ) {
        for block in 0..<outer {
            if isBatchFirst {
                let start = (block * capacity + rows.lowerBound) * between
                for place in start..<start + rows.count * between {
                    body(place * first * stride, place * second * stride, inner)
                }
            } else {
                for place in 0..<between {
                    let offset = (place * capacity + rows.lowerBound) * inner
                    body(block * first * stride + offset, block * second * stride + offset, rows.count * inner)
                }
            }
        }
    }

    /// Copies `slices` neighbouring slices of `count` floats.
    @inline(__always)
    func copy(
        _ source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>, slices: Int, count: Int
    ) {
        guard count < stride else { return unsafe target.update(from: source, count: slices * stride) }
        for slice in 0..<slices { unsafe (target + slice * stride).update(from: source + slice * stride, count: count) }
    }
}
