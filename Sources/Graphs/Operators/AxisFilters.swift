import Tensors

/// Computes one row of a `FilteringOperator`, axis by axis.
struct AxisFilters: Sendable {
    /// The sums along one axis of a value [outer, axis, inner].
    private struct Filter: Sendable {
        let outer, size, inner: Int
        let taps: [[FilterTap]]

        var inputSize: Int { outer * size * inner }
        var outputSize: Int { outer * taps.count * inner }
    }

    private let filters: [Filter]
    let inputSize: Int
    let outputSize: Int
    /// Floats of one value between two axes.
    private let middleSize: Int

    /// Floats that `run` and `addGradient` need besides: two values between axes.
    var scratchSize: Int { filters.count > 1 ? 2 * middleSize : 0 }

    /// - Parameters:
    ///   - op: The operator.
    ///   - row: The sizes of a row of the input.
    ///   - firstAxis: Which axis of the operator the first of `row` is; those before must stay as they are.
    /// - Throws: when they do not, or the operator does not fit the sizes.
    init(_ op: some FilteringOperator, row: [Int], firstAxis: Int) throws(GraphError) {
        for axis in 0..<firstAxis where try op.taps(axis: axis, size: 1) != nil {
            throw .unsupported("\(op.name) along the batch dimension is not supported")
        }
        var (sizes, filters) = (row, [Filter]())
        for axis in row.indices {
            guard let taps = try op.taps(axis: axis + firstAxis, size: sizes[axis]) else { continue }
            filters.append(
                Filter(
                    outer: sizes[..<axis].reduce(1, *), size: sizes[axis],
                    inner: sizes[(axis + 1)...].reduce(1, *), taps: taps))
            sizes[axis] = taps.count
        }
        self.filters = filters
        inputSize = row.reduce(1, *)
        outputSize = sizes.reduce(1, *)
        middleSize = ((filters.dropLast().map(\.outputSize).max() ?? 0) + 15) / 16 * 16
    }

    /// Writes the result of one row.
    func run(
        from x: UnsafePointer<Float>, to y: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) {
        guard !filters.isEmpty else { return unsafe y.update(from: x, count: inputSize) }
        var source = unsafe x
        for (index, filter) in filters.enumerated() {
            let target = unsafe index + 1 == filters.count ? y : scratch + index % 2 * middleSize
            for outer in 0..<filter.outer {
                for (place, taps) in filter.taps.enumerated() {
                    unsafe Self.sum(
                        taps, source + outer * filter.size * filter.inner, count: filter.inner,
                        into: target + (outer * filter.taps.count + place) * filter.inner)
                }
            }
            unsafe source = UnsafePointer(target)
        }
    }

    /// y = the weighted sum of rows of x [size, count].
    private static func sum(
        _ taps: [FilterTap], _ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>
    ) {
        guard let first = taps.first else { return unsafe y.update(repeating: 0, count: count) }
        let row = unsafe x + first.index * count
        if taps.count == 2 {
            let (other, a, b) = unsafe (x + taps[1].index * count, first.weight, taps[1].weight)
            for index in 0..<count { unsafe y[index] = a * row[index] + b * other[index] }
            return
        }
        for index in 0..<count { unsafe y[index] = first.weight * row[index] }
        for tap in taps.dropFirst() {
            let row = unsafe x + tap.index * count
            for index in 0..<count { unsafe y[index] += tap.weight * row[index] }
        }
    }

    /// Writes the gradient of one row's input.
    func gradient(
        _ dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Float>
    ) {
        guard !filters.isEmpty else { return unsafe dx.update(from: dy, count: inputSize) }
        var source = unsafe dy
        for (index, filter) in filters.enumerated().reversed() {
            let target = unsafe index == 0 ? dx : scratch + index % 2 * middleSize
            unsafe target.update(repeating: 0, count: filter.inputSize)
            for outer in 0..<filter.outer {
                for (place, taps) in filter.taps.enumerated() {
                    let gradient = unsafe source + (outer * filter.taps.count + place) * filter.inner
                    for tap in taps {
                        let row = unsafe target + (outer * filter.size + tap.index) * filter.inner
                        for index in 0..<filter.inner { unsafe row[index] += tap.weight * gradient[index] }
                    }
                }
            }
            unsafe source = UnsafePointer(target)
        }
    }
}
