import Tensors

/// A batch that a file fixes, made free for training: the sizes in which the file has written it down become the symbol.
///
/// Most shapes follow from the inputs. What exporters write as numbers are the targets of `Reshape` and `Expand`, the sizes
/// of `Resize`, ends of slices, and constants with a row for each of the batch.
struct FreedBatch {
    let symbol: String
    /// Rows that the file has.
    let size: Int

    /// Finds a fixed batch; nil when the graph has a free one.
    init?(_ graph: Graph) {
        guard let input = graph.inputs.first, let first = graph[input].type?.dimensions.first,
            let size = first.fixedValue, size >= 1
        else { return nil }
        var symbol = "batch"
        while graph.freeSymbols.contains(symbol) { symbol += "'" }
        (self.symbol, self.size) = (symbol, size)
    }

    /// Makes the first dimension of all inputs the symbol.
    func free(_ graph: inout Graph) throws(GraphError) {
        for id in graph.inputs {
            guard let type = graph[id].type, type.dimensions.first == .fixed(size) else {
                throw .unsupported(
                    "inputs \"\(graph[graph.inputs[0]].name)\" and \"\(graph[id].name)\" differ in their batch")
            }
            graph[id].type?.dimensions[0] = .symbol(symbol)
        }
    }

    /// Replaces what a node has of the fixed batch.
    /// - Returns: Nodes that go before it.
    func adapt(_ node: inout Graph.Node, _ graph: inout Graph) throws(GraphError) -> [Graph.Node] {
        let inputs = InferenceInputs(node.inputs.map { id in id.map { graph[$0] } })
        switch node.op {
        case let op as Reshape where op.target == nil:
            guard inputs.has(1), let sizes = inputs.sizes(1),
                let target = try target(op, sizes, from: try inputs.type(0))
            else { return [] }
            node.op = Reshape(to: target)
            node.inputs = [node.inputs[0]]
        case let op as Expand where op.target == nil:
            guard inputs.has(1), let sizes = inputs.sizes(1) else { return [] }
            shrinkStretched(&node, to: sizes, &graph)
            node.op = Expand(target: stretched(try inputs.type(0).dimensions, to: sizes))
            node.inputs = [node.inputs[0]]
        case let op as any ResizeOperator:
            guard let place = op.sizeInput, inputs.has(place), let sizes = inputs.sizes(place), op.axes == nil else {
                return []
            }
            node.inputs[place] = value(sizes: replaced(sizes, by: try inputs.type(0).dimensions), &graph)
        case is Concat: return try stretchOthers(&node, &graph)
        case is LSTM, is any HiddenStateOperator:
            return try stretchStates(&node, (5..<7).filter { inputs.has($0) }, inputs, &graph)
        case is any BinaryOperator, is Where: shrinkConstants(&node, &graph)
        default: break
        }
        return []
    }

    private func hasSymbol(_ dimension: Dimension) -> Bool { dimension.symbols.contains(symbol) }

    /// The factor of a dimension that is so many rows for each of the batch.
    private func factor(_ dimension: Dimension) -> Dimension? { dimension.dividedExactly(by: .symbol(symbol)) }

    // MARK: Sizes

    /// A reshape's target with the batch at the place where it starts in row-major order as in the input; nil when it has
    /// none, or names it by a size of the input.
    private func target(
        _ op: Reshape, _ sizes: [Dimension], from type: ValueType
    ) throws(GraphError) -> [Dimension]? {
        guard let batch = type.dimensions.firstIndex(where: hasSymbol), !sizes.contains(where: hasSymbol) else {
            return nil
        }
        let copied = sizes.indices.contains { sizes[$0] == 0 && !op.allowsZero && $0 < type.rank && $0 == batch }
        if copied { return nil }
        let fixed = ValueType(type.dtype, type.dimensions.map { $0.substituting([symbol: size]) })
        var wanted = try op.resolved(sizes, from: fixed)
        let outer = type.dimensions[..<batch].reduce(1, *)
        let factor = type.dimensions[batch].dividedExactly(by: .symbol(symbol)) ?? 1
        let places = wanted.indices.filter { index in
            let before = wanted[..<index].reduce(1, *)
            // The dimensions before may have joined the batch, or part from it.
            let parted = before.dividedExactly(by: outer).flatMap { factor.dividedExactly(by: $0) }
            guard let joined = outer.dividedExactly(by: before) ?? parted.map({ _ in 1 }) else { return false }
            return wanted[index].dividedExactly(by: joined * .fixed(size)) != nil
        }
        let whole = places.filter { wanted[$0] == .fixed(size) }
        // Rather a factor of the batch than rows of several dimensions, but what features there are stay last.
        let apart = places.first { wanted[..<$0].reduce(1, *) == outer && $0 < wanted.count - 1 }
        guard let place = whole.first(where: { $0 == batch }) ?? whole.first ?? apart ?? places.first,
            let own = wanted[place].dividedExactly(by: .fixed(size))
        else {
            throw .unsupported("a fixed batch of \(size) that is reshaped from \(fixed) to \(wanted) is not trained")
        }
        wanted[place] = own * .symbol(symbol)
        return wanted
    }

    /// The target of an `Expand`, which leaves the dimension with the batch as it is.
    private func stretched(_ dimensions: [Dimension], to sizes: [Dimension]) -> [Dimension] {
        let missing = sizes.count - dimensions.count
        return sizes.indices.map { axis in
            let own = axis - missing
            guard dimensions.indices.contains(own), hasSymbol(dimensions[own]) else { return sizes[axis] }
            return sizes[axis] == dimensions[own].substituting([symbol: size]) ? 1 : sizes[axis]
        }
    }

    /// Sizes that are those of `dimensions` but for the batch.
    private func replaced(_ sizes: [Dimension], by dimensions: [Dimension]) -> [Dimension] {
        guard sizes.count == dimensions.count else { return sizes }
        return zip(sizes, dimensions).map { size, dimension in
            hasSymbol(dimension) && size == dimension.substituting([symbol: self.size]) ? dimension : size
        }
    }

    private func value(sizes: [Dimension], _ graph: inout Graph) -> Graph.ValueID {
        let id = graph.addValue("", type: ValueType(.int64, [.fixed(sizes.count)]))
        graph[id].sizes = sizes
        return id
    }

    // MARK: Constants

    /// Stretches those of a node's inputs that have no rows to the batch that the others have.
    private func stretchOthers(_ node: inout Graph.Node, _ graph: inout Graph) throws(GraphError) -> [Graph.Node] {
        let types = node.inputs.compactMap { id in id.flatMap { graph[$0].type } }
        guard let axis = types.lazy.compactMap({ $0.dimensions.firstIndex(where: hasSymbol) }).first else { return [] }
        let places = node.inputs.indices.filter { place in
            guard let type = node.inputs[place].flatMap({ graph[$0].type }) else { return false }
            return type.dtype == .float32 && axis < type.rank && !type.dimensions.contains(where: hasSymbol)
        }
        return try stretch(&node, places, axis: axis, &graph)
    }

    private func stretchStates(
        _ node: inout Graph.Node, _ places: [Int], _ inputs: InferenceInputs, _ graph: inout Graph
    ) throws(GraphError) -> [Graph.Node] {
        let x = try inputs.type(0, rank: 3)
        guard let batch = x.dimensions.firstIndex(where: hasSymbol) else { return [] }
        // States are [directions, batch, hidden], or [batch, directions, hidden] beside a batch that comes first.
        let zeros = places.filter { inputs.splat($0) == 0 }
        return try stretch(&node, places.filter { !zeros.contains($0) }, axis: batch == 0 ? 0 : 1, &graph)
    }

    private func stretch(
        _ node: inout Graph.Node, _ places: [Int], axis: Int, _ graph: inout Graph
    ) throws(GraphError) -> [Graph.Node] {
        var before: [Graph.Node] = []
        for place in places {
            guard let id = node.inputs[place], let type = graph[id].type, axis < type.rank,
                type.dimensions[axis] == .fixed(size)
            else { continue }
            var source = id
            if size > 1 {
                guard let one = graph[id].constant.flatMap({ oneRow($0, axis: axis) }), !graph[id].isParameter else {
                    throw .unsupported(
                        "\(node.op.name) of values that may differ between the rows of a fixed batch is not trained")
                }
                source = graph.addConstant(one)
            }
            var sizes = type.dimensions
            sizes[axis] = .symbol(symbol)
            let output = graph.addValue()
            before.append(
                Graph.Node(name: node.name, op: Expand(target: sizes), inputs: [source], outputs: [output]))
            node.inputs[place] = output
        }
        return before
    }

    /// Makes a constant that is stretched to the batch, but has its rows written out, one row.
    private func shrinkStretched(_ node: inout Graph.Node, to sizes: [Dimension], _ graph: inout Graph) {
        guard size > 1, let id = node.inputs[0], let constant = graph[id].constant, !graph[id].isParameter,
            let place = sizes.firstIndex(where: hasSymbol)
        else { return }
        let axis = place - (sizes.count - constant.shape.rank)
        guard axis >= 0, constant.shape[axis] == size, let one = oneRow(constant, axis: axis) else { return }
        node.inputs[0] = graph.addConstant(one)
    }

    /// Makes constants beside the batch, which have its rows written out, one row that stretches.
    private func shrinkConstants(_ node: inout Graph.Node, _ graph: inout Graph) {
        guard size > 1 else { return }
        // Counted from the end, as broadcasting does.
        let types = node.inputs.compactMap { id in id.flatMap { graph[$0].type } }
        guard let type = types.first(where: { $0.dimensions.contains(where: hasSymbol) }),
            let axis = type.dimensions.firstIndex(where: hasSymbol)
        else { return }
        let behind = type.rank - axis
        for (place, id) in node.inputs.enumerated() {
            guard let id, let constant = graph[id].constant, !graph[id].isParameter, constant.shape.rank >= behind,
                constant.shape[constant.shape.rank - behind] == size,
                let one = oneRow(constant, axis: constant.shape.rank - behind)
            else { continue }
            node.inputs[place] = graph.addConstant(one)
        }
    }

    /// The first slice of a constant along an axis when all are equal.
    private func oneRow(_ constant: Tensor, axis: Int) -> Tensor? {
        var sizes = constant.shape.dimensions
        sizes[axis] = 1
        let slices = (0..<constant.shape[axis]).map { row in
            Broadcast.gathered(
                constant, shape: Shape(sizes), strides: constant.shape.strides,
                offset: row * constant.shape.strides[axis])
        }
        let first = slices[0].convertedToFloat32().floats
        return slices.dropFirst().allSatisfy { $0.convertedToFloat32().floats == first } ? slices[0] : nil
    }
}
