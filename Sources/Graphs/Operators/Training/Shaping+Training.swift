import Tensors

/// Gradients of operators that move elements: each element of the result is one of an input.
extension Transpose {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let input = context.shape(ofInput: 0)
        let permutation = try permutation(rank: input.rank)
        try context.addElementMoves(
            view: .init(strides: permutation.map { input.strides[$0] }, offset: 0))
    }
}

extension Slice {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let input = context.shape(ofInput: 0)
        let type = context.value(0).type ?? ValueType(.float32, [])
        let view = try trainingView(of: input, type)
        try context.addElementMoves(view: .init(strides: view.strides, offset: view.offset))
    }
}

/// How the elements of a result are read from an input: through strides, from an offset.
struct ElementView: Sendable {
    /// Elements of the input from one index of the result to the next, by axis.
    let strides: [Int]
    let offset: Int
}

extension TrainingContext {
    /// Adds the steps of an operator whose result is a view of input 0.
    func addElementMoves(view: ElementView) throws(GraphError) {
        let moves = try ElementMoves(view: view, context: self)
        let (x, y) = (input(0), output())
        addForward { operands in
            let (x, y) = unsafe (operands[x], operands[y])
            moves.forEach(operands.rows) { result, source in unsafe y[result] = x[source] }
        }
        onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            context.add { operands in
                let (dy, dx) = unsafe (operands[dy], operands[dx])
                moves.inputAxis.forEachBlock(operands.rows) { offset, count in
                    unsafe (dx + offset).update(repeating: 0, count: count)
                }
                moves.forEach(operands.rows) { result, source in unsafe dx[source] += dy[result] }
            }
        }
    }
}

/// Walks over the elements of some rows of a result and of the input they come from.
private struct ElementMoves: Sendable {
    let inputAxis: BatchAxis
    private let shape: Shape
    private let view: ElementView
    private let batchDimension: Int
    private let batchFactor: Int

    init(view: ElementView, context: TrainingContext) throws(GraphError) {
        guard let axis = try context.axis(ofInput: 0) else {
            throw .unsupported("\(context.node.op.name) of parameters alone cannot be trained")
        }
        _ = try context.axis(ofOutput: 0)
        inputAxis = axis
        shape = context.shape(ofOutput: 0)
        self.view = view
        let type = context.builder.graph[context.outputID(0)].type
        batchDimension = type?.dimensions.firstIndex { $0.symbols.contains(context.builder.symbol) } ?? 0
        batchFactor = shape[batchDimension] / context.capacity
    }

    func forEach(_ rows: Range<Int>, _ body: (_ result: Int, _ source: Int) -> Void) {
        let first = rows.lowerBound * batchFactor
        var sizes = shape.dimensions
        sizes[batchDimension] = rows.count * batchFactor
        let own = shape.strides
        let start = (own[batchDimension] * first, view.offset + view.strides[batchDimension] * first)
        // The innermost axis in a plain loop.
        let inner = sizes.removeLast()
        let (resultStep, sourceStep) = (own[shape.rank - 1], view.strides[shape.rank - 1])
        Broadcast.forEachOffset(Shape(sizes), strides: [Array(own.dropLast()), Array(view.strides.dropLast())]) {
            offsets in
            for index in 0..<inner {
                body(start.0 + offsets[0] + index * resultStep, start.1 + offsets[1] + index * sourceStep)
            }
        }
    }
}

extension Concat {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let output = context.shape(ofOutput: 0)
        let axis = try Axis.normalized(axis, rank: output.rank)
        let type = context.builder.graph[context.outputID(0)].type
        let batch = type?.dimensions.firstIndex { $0.symbols.contains(context.builder.symbol) } ?? 0
        guard axis > batch else { throw .unsupported("Concat before or along the batch dimension is not trained") }
        let rows = try context.axis(ofOutput: 0)
        let outer = output.dimensions[..<axis].reduce(1, *) / (rows.outer * rows.capacity)
        let counts = (0..<context.inputCount).map { context.shape(ofInput: $0).dimensions[axis...].reduce(1, *) }
        let parts = ConcatParts(rows: rows, outer: outer, counts: counts)
        let (inputs, y) = ((0..<context.inputCount).map { context.input($0) }, context.output())
        context.addForward { operands in
            for (index, input) in inputs.enumerated() {
                parts.forEach(operands.rows, part: index) { whole, part, count in
                    unsafe (operands[y] + whole).update(from: operands[input] + part, count: count)
                }
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0) else { return }
            for index in counts.indices {
                guard let dx = context.gradient(ofInput: index) else { continue }
                context.add { operands in
                    parts.forEach(operands.rows, part: index) { whole, part, count in
                        unsafe (operands[dx] + part).update(from: operands[dy] + whole, count: count)
                    }
                }
            }
        }
    }
}

/// Where the inputs of a concatenation lie in its result.
private struct ConcatParts: Sendable {
    let rows: BatchAxis
    /// Runs in one row of one block of the result.
    let outer: Int
    /// Floats of a run, for each input.
    let counts: [Int]

    func forEach(_ range: Range<Int>, part: Int, _ body: (_ whole: Int, _ part: Int, _ count: Int) -> Void) {
        let (count, total) = (counts[part], counts.reduce(0, +))
        let before = counts[..<part].reduce(0, +)
        for block in 0..<rows.outer {
            for run in (block * rows.capacity + range.lowerBound) * outer..<(block * rows.capacity + range.upperBound)
                * outer
            {
                body(run * total + before, run * count, count)
            }
        }
    }
}
