import Tensors

extension Reduction {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let loops = try ReductionTraining(kind: kind, axes: axes, keepsDimensions: keepsDimensions, context: context)
        let (x, y) = (context.input(0), context.output())
        context.addForward { operands in
            for row in operands.rows { unsafe loops.forward(row, x: operands[x], y: operands[y]) }
        }
        context.onBackward { [kind] context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            if kind == .sum || kind == .mean {
                return context.add { operands in
                    for row in operands.rows { unsafe loops.spread(row, dy: operands[dy], into: operands[dx]) }
                }
            }
            let (x, y) = (context.input(0), context.output())
            if kind != .maximum, kind != .minimum {
                return context.add { operands in
                    for row in operands.rows {
                        unsafe loops.spread(
                            row, x: operands[x], y: operands[y], dy: operands[dy], into: operands[dx])
                    }
                }
            }
            context.add { operands in
                for row in operands.rows {
                    unsafe loops.pick(
                        row, x: operands[x], y: operands[y], dy: operands[dy], into: operands[dx])
                }
            }
        }
    }
}

/// How a reduction walks over the rows of a batch.
private struct ReductionTraining: Sendable {
    let kind: ReductionKind
    /// Floats from one row of the batch to the next, in the input and in the result.
    let rowStrides: (input: Int, result: Int)
    /// Where each block of neighbouring results of a row lies, and its first elements in the input.
    let places: [(input: Int, result: Int)]
    /// Results of a block.
    let block: Int
    /// The elements of a result's group, from its first one.
    let group: [Int]

    init(
        kind: ReductionKind, axes: [Int], keepsDimensions: Bool, context: TrainingContext
    ) throws(GraphError) {
        let dimensions = context.value(0).type?.dimensions ?? []
        guard let batch = dimensions.firstIndex(where: { $0.symbols.contains(context.builder.symbol) }),
            !axes.contains(batch)
        else { throw .unsupported("a reduction over the batch dimension is not trained") }
        self.kind = kind
        let (input, result) = (context.shape(ofInput: 0), context.shape(ofOutput: 0))
        // The strides of the result by the input's axes.
        let ownAxes = input.dimensions.indices.filter { keepsDimensions || !axes.contains($0) }
        var resultStrides = [Int](repeating: 0, count: input.rank)
        for (axis, stride) in zip(ownAxes, result.strides) { resultStrides[axis] = stride }
        var sizes = input.dimensions
        sizes[batch] /= context.capacity
        rowStrides = (sizes[batch] * input.strides[batch], sizes[batch] * resultStrides[batch])
        var kept = input.dimensions.indices.filter { !axes.contains($0) }
        if let last = kept.last, last == input.rank - 1 {
            block = sizes[last]
            kept.removeLast()
        } else {
            block = 1
        }
        func offsets(_ axes: [Int], _ strides: [[Int]]) -> [[Int]] {
            var result: [[Int]] = []
            let shape = Shape(axes.map { sizes[$0] })
            Broadcast.forEachOffset(shape, strides: strides.map { strides in axes.map { strides[$0] } }) {
                result.append($0)
            }
            return result
        }
        places = offsets(kept, [input.strides, resultStrides]).map { ($0[0], $0[1]) }
        group = offsets(axes, [input.strides]).map { $0[0] }
        guard !group.isEmpty else { throw .unsupported("a reduction of nothing is not trained") }
    }

    private var scale: Float { kind == .mean ? 1 / Float(group.count) : 1 }

    /// The results of a row, each over its group in rising order.
    func forward(_ row: Int, x: UnsafePointer<Float>, y: UnsafeMutablePointer<Float>) {
        for place in places {
            let source = unsafe x + row * rowStrides.input + place.input
            let target = unsafe y + row * rowStrides.result + place.result
            unsafe target.update(from: source + group[0], count: block)
            if kind.hasTerms { for index in 0..<block { unsafe target[index] = kind.term(target[index]) } }
            for member in group.dropFirst() {
                unsafe Reduction.Loops.merge(kind, source + member, into: target, count: block)
            }
            guard kind.hasResult else { continue }
            for index in 0..<block { unsafe target[index] = kind.result(target[index], count: group.count) }
        }
    }

    /// The gradient of a sum or a mean: the same for all members of a group.
    func spread(_ row: Int, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>) {
        let scale = scale
        for place in places {
            let source = unsafe dy + row * rowStrides.result + place.result
            for member in group {
                let target = unsafe dx + row * rowStrides.input + place.input + member
                for index in 0..<block { unsafe target[index] = source[index] * scale }
            }
        }
    }

    /// The gradient of what each member has its own part in.
    func spread(
        _ row: Int, x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>
    ) {
        for place in places {
            let own = row * rowStrides.result + place.result
            for member in group {
                let first = row * rowStrides.input + place.input + member
                for index in 0..<block {
                    let slope = unsafe kind.derivative(x: x[first + index], y: y[own + index], count: group.count)
                    unsafe dx[first + index] = dy[own + index] * slope
                }
            }
        }
    }

    /// The gradient of a maximum or a minimum: equal winners share it, as in PyTorch's `amax`.
    func pick(
        _ row: Int, x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
        into dx: UnsafeMutablePointer<Float>
    ) {
        for place in places {
            let start = row * rowStrides.input + place.input
            for index in 0..<block {
                let own = row * rowStrides.result + place.result + index
                let best = unsafe y[own]
                let winners = group.count { unsafe x[start + $0 + index] == best }
                let share = unsafe dy[own] / Float(max(winners, 1))
                for member in group {
                    let element = start + member + index
                    unsafe dx[element] = x[element] == best ? share : 0
                }
            }
        }
    }
}
