import Tensors

/// Copies one row of an `IndexingOperator`'s input, in runs of neighbouring elements.
struct IndexedCopy: Sendable {
    /// Neighbouring elements of the result along an axis, and those of the input they are; nil for the fill.
    private struct Span {
        var source: Int?
        var count: Int
    }

    /// The axes but the innermost one that is mapped: the index in the input by that in the result, and how far
    /// neighbours lie apart in the input.
    private let outer: [(indices: [Int], stride: Int)]
    /// The innermost axis that is mapped.
    private let spans: [Span]
    /// Floats of one index of that axis.
    private let width: Int
    private let fill: Float
    /// Floats of a row.
    let inputSize: Int
    let outputSize: Int

    /// - Parameters:
    ///   - op: The operator.
    ///   - row: The sizes of a row of the input.
    ///   - firstAxis: Which axis of the operator the first of `row` is; those before must stay as they are.
    /// - Throws: when they do not, or the operator does not fit the sizes.
    init(_ op: some IndexingOperator, row: [Int], firstAxis: Int) throws(GraphError) {
        for axis in 0..<firstAxis where try op.indices(axis: axis, size: 1) != nil {
            throw .unsupported("\(op.name) along the batch dimension is not supported")
        }
        let strides = Shape(row).strides
        var maps: [[Int]?] = []
        for (axis, size) in row.enumerated() { maps.append(try op.indices(axis: axis + firstAxis, size: size)) }
        let last = maps.lastIndex { $0 != nil } ?? 0
        let sizes = row.indices.map { maps[$0]?.count ?? row[$0] }
        outer = (0..<last).map { (maps[$0] ?? Array(0..<row[$0]), strides[$0]) }
        width = row.dropFirst(last + 1).reduce(1, *)
        spans = Self.spans((row.isEmpty ? nil : maps[last]) ?? Array(0..<(row.first ?? 1)))
        fill = op.fill
        inputSize = row.reduce(1, *)
        outputSize = sizes.reduce(1, *)
    }

    private static func spans(_ indices: [Int]) -> [Span] {
        var spans: [Span] = []
        for index in indices {
            let source = index < 0 ? nil : index
            if let last = spans.last, last.source.map({ $0 + last.count }) == source {
                spans[spans.count - 1].count += 1
            } else {
                spans.append(Span(source: source, count: 1))
            }
        }
        return spans
    }

    /// Writes the result of one row.
    func run(from source: UnsafePointer<Float>, to target: UnsafeMutablePointer<Float>) {
        forEachRun { result, input, count in
            if let input {
                unsafe (target + result).update(from: source + input, count: count)
            } else {
                unsafe (target + result).update(repeating: fill, count: count)
            }
        }
    }

    /// Adds the gradient of one row's result to that of its input.
    func addGradient(_ dy: UnsafePointer<Float>, to dx: UnsafeMutablePointer<Float>) {
        forEachRun { result, input, count in
            guard let input else { return }
            let (from, to) = unsafe (dy + result, dx + input)
            for index in 0..<count { unsafe to[index] += from[index] }
        }
    }

    /// Calls `body` for each run of the result in order: its offset, the offset in the input or nil, and its length.
    @inline(__always)
    private func forEachRun(_ body: (_ result: Int, _ input: Int?, _ count: Int) -> Void) {
        var result = 0
        walk(axis: 0, offset: 0, &result, body)
    }

    private func walk(
        axis: Int, offset: Int?, _ result: inout Int, _ body: (_ result: Int, _ input: Int?, _ count: Int) -> Void
    ) {
        if axis < outer.count {
            let (indices, stride) = outer[axis]
            for index in indices {
                walk(axis: axis + 1, offset: index < 0 ? nil : offset.map { $0 + index * stride }, &result, body)
            }
            return
        }
        for span in spans {
            let source = offset.flatMap { offset in span.source.map { offset + $0 * width } }
            body(result, source, span.count * width)
            result += span.count * width
        }
    }
}
