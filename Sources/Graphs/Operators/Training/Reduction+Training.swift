import Tensors

extension Reduction {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let walk = try ReductionWalk(self, context)
        let (x, y, kind) = (context.input(0), context.output(), kind)
        context.addForward { operands in unsafe walk.reduce(kind, operands[x], into: operands[y], operands.rows) }
        switch kind {
        case .sum, .mean: context.onBackward { context throws(GraphError) in Self.spread(walk, kind, context) }
        case .maximum, .minimum:
            let ties = context.saved(floats: walk.outputAxis.capacity * walk.outputAxis.rowFloats)
            context.onBackward { context throws(GraphError) in Self.share(walk, ties, context) }
        }
    }

    /// Every element of a group gets the gradient of its sum, or its part of it.
    private static func spread(_ walk: ReductionWalk, _ kind: ReductionKind, _ context: BackwardContext) {
        guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
        let factor = kind == .mean ? 1 / Float(walk.groupCount) : 1
        context.add { operands in
            let (dy, dx) = unsafe (operands[dy], operands[dx])
            walk.forEach(operands.rows) { element, result in unsafe dx[element] = factor * dy[result] }
        }
    }

    /// The elements of a group that are its maximum share the gradient evenly, as PyTorch's amax does.
    private static func share(_ walk: ReductionWalk, _ ties: TrainingBuffer, _ context: BackwardContext) {
        guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
        let (x, y, ties) = (context.input(0), context.output(), context.keep(ties))
        context.add { operands in
            let (x, y, ties) = unsafe (operands[x], operands[y], operands[ties])
            let (dy, dx) = unsafe (operands[dy], operands[dx])
            walk.outputAxis.forEachBlock(operands.rows) { offset, count in
                unsafe (ties + offset).update(repeating: 0, count: count)
            }
            walk.forEach(operands.rows) { element, result in
                if unsafe x[element] == y[result] { unsafe ties[result] += 1 }
            }
            walk.forEach(operands.rows) { element, result in
                unsafe dx[element] = x[element] == y[result] ? dy[result] / ties[result] : 0
            }
        }
    }
}

/// Walks over the elements of some rows of a reduction's input, in rising order, and the results they belong to.
struct ReductionWalk: Sendable {
    let outputAxis: BatchAxis
    /// Elements of a result's group.
    let groupCount: Int
    private let shape: Shape
    /// Elements of the result from one index of the input to the next, by axis; 0 for reduced ones.
    private let strides: [Int]
    private let batchDimension: Int
    private let batchFactor: Int

    init(_ reduction: Reduction, _ context: TrainingContext) throws(GraphError) {
        let shape = context.shape(ofInput: 0)
        self.shape = shape
        let type = context.value(0).type
        let batch = type?.dimensions.firstIndex { $0.symbols.contains(context.builder.symbol) } ?? 0
        guard !reduction.axes.contains(batch) else {
            throw .unsupported("a reduction over the batch is not trained")
        }
        outputAxis = try context.axis(ofOutput: 0)
        groupCount = reduction.axes.reduce(1) { $0 * shape[$1] }
        batchDimension = batch
        batchFactor = shape[batch] / context.capacity
        let kept = shape.dimensions.indices.map { reduction.axes.contains($0) ? 1 : shape[$0] }
        let own = Shape(kept).strides
        strides = kept.indices.map { reduction.axes.contains($0) ? 0 : own[$0] }
    }

    func forEach(_ rows: Range<Int>, _ body: (_ element: Int, _ result: Int) -> Void) {
        let first = rows.lowerBound * batchFactor
        var sizes = shape.dimensions
        sizes[batchDimension] = rows.count * batchFactor
        let own = shape.strides
        let start = (own[batchDimension] * first, strides[batchDimension] * first)
        // The innermost axis in a plain loop.
        let inner = sizes.removeLast()
        let (elementStep, resultStep) = (own[shape.rank - 1], strides[shape.rank - 1])
        Broadcast.forEachOffset(Shape(sizes), strides: [Array(own.dropLast()), Array(strides.dropLast())]) { offsets in
            for index in 0..<inner {
                body(start.0 + offsets[0] + index * elementStep, start.1 + offsets[1] + index * resultStep)
            }
        }
    }

    /// The results of some rows, each over its group in rising order.
    func reduce(
        _ kind: ReductionKind, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, _ rows: Range<Int>
    ) {
        let start: Float =
            switch kind {
            case .sum, .mean: 0
            case .maximum: -.infinity
            case .minimum: .infinity
            }
        outputAxis.forEachBlock(rows) { offset, count in
            unsafe (y + offset).update(repeating: start, count: count)
        }
        forEach(rows) { element, result in unsafe y[result] = kind.merged(y[result], x[element]) }
        guard kind == .mean else { return }
        outputAxis.forEachBlock(rows) { offset, count in
            for index in offset..<offset + count { unsafe y[index] /= Float(groupCount) }
        }
    }
}

extension ReductionKind {
    /// A result with one more element; NaN stays.
    fileprivate func merged(_ partial: Float, _ x: Float) -> Float {
        switch self {
        case .sum, .mean: partial + x
        case .maximum: x > partial || x.isNaN ? x : partial
        case .minimum: x < partial || x.isNaN ? x : partial
        }
    }
}
