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

extension Expand {
    /// A learned token or initial state, which each row of the batch begins with.
    package static var parameterInputs: [(index: Int, isTrainable: Bool)] { [(0, true)] }

    package func weighted(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? { try specialized(inputs) }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let strides = Broadcast.strides(of: context.shape(ofInput: 0), to: context.shape(ofOutput: 0))
        try context.addElementMoves(view: .init(strides: strides, offset: 0))
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
            moves.forEachRun(operands.rows) { result, source, count, step in
                if step == 1 {
                    unsafe (y + result).update(from: x + source, count: count)
                } else {
                    for index in 0..<count { unsafe y[result + index] = x[source + index * step] }
                }
            }
        }
        onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0),
                let dx = context.gradient(ofParameter: 0) ?? context.gradient(ofInput: 0)
            else { return }
            context.add { operands in
                let (dy, dx) = unsafe (operands[dy], operands[dx])
                moves.inputAxis?.forEachBlock(operands.rows) { offset, count in
                    unsafe (dx + offset).update(repeating: 0, count: count)
                }
                moves.forEachRun(operands.rows) { result, source, count, step in
                    for index in 0..<count { unsafe dx[source + index * step] += dy[result + index] }
                }
            }
        }
    }
}

/// Walks over the elements of some rows of a result and of the input they come from.
private struct ElementMoves: Sendable {
    /// The rows of the input; nil for a constant or a parameter that each row of the result has.
    let inputAxis: BatchAxis?
    private let shape: Shape
    private let view: ElementView
    private let batchDimension: Int
    private let batchFactor: Int

    init(view: ElementView, context: TrainingContext) throws(GraphError) {
        _ = try context.axis(ofOutput: 0)
        inputAxis = try context.axis(ofInput: 0)
        shape = context.shape(ofOutput: 0)
        self.view = view
        let type = context.builder.graph[context.outputID(0)].type
        batchDimension = type?.dimensions.firstIndex { $0.symbols.contains(context.builder.symbol) } ?? 0
        batchFactor = shape[batchDimension] / context.capacity
        guard (inputAxis != nil) == (view.strides[batchDimension] != 0) || shape[batchDimension] == 1 else {
            throw .unsupported("\(context.node.op.name) along the batch dimension is not trained")
        }
    }

    /// Calls `body` for each run of elements along the last axis of the result: the offset of the first in the result
    /// and in the input, their number, and how far apart they lie in the input.
    @inline(__always)
    func forEachRun(
        _ rows: Range<Int>, _ body: (_ result: Int, _ source: Int, _ count: Int, _ step: Int) -> Void
    ) {
        let first = rows.lowerBound * batchFactor
        var sizes = shape.dimensions
        sizes[batchDimension] = rows.count * batchFactor
        let own = shape.strides
        let start = (own[batchDimension] * first, view.offset + view.strides[batchDimension] * first)
        let (count, step) = (sizes.removeLast(), view.strides[shape.rank - 1])
        Broadcast.forEachOffset(Shape(sizes), strides: [Array(own.dropLast()), Array(view.strides.dropLast())]) {
            offsets in
            body(start.0 + offsets[0], start.1 + offsets[1], count, step)
        }
    }
}
