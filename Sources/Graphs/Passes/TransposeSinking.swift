import Tensors

/// How a transpose moves behind an operator: op(transpose(x)) = transpose'(op'(x)).
struct TransposeSinking {
    enum Operand {
        case value(Graph.ValueID)
        case constant(Tensor)
    }

    /// The operator on untransposed operands, and the permutation of its result.
    struct Moved {
        var op: any Operator
        var inputs: [Operand]
        var permutation: [Int]
    }

    private let graph: Graph
    private let transpose: TransposeNode
    private let producers: [Graph.ValueID: Int]

    init(_ graph: Graph, _ transpose: TransposeNode, producers: [Graph.ValueID: Int]) {
        self.graph = graph
        self.transpose = transpose
        self.producers = producers
    }

    /// nil when the transpose has to stay before `node`.
    func moved(behind node: Graph.Node) throws(GraphError) -> Moved? {
        switch node.op {
        case is any UnaryOperator:
            return Moved(op: node.op, inputs: [.value(transpose.input)], permutation: transpose.permutation)
        case is any BinaryOperator: return behindBinary(node)
        case let dense as Dense:
            let last = transpose.permutation.count - 1
            guard transpose.permutation.last == last else { return nil }
            return Moved(op: dense, inputs: [.value(transpose.input)], permutation: transpose.permutation)
        case is Reshape: return behindReshape(node)
        case let slice as Slice:
            guard let moved = try slice.moved(to: transpose.permutation) else { return nil }
            return Moved(op: moved, inputs: [.value(transpose.input)], permutation: transpose.permutation)
        case let gather as Gather: return try behindGather(node, gather)
        case let concat as Concat: return try behindConcat(node, concat)
        case let op as any IndexingOperator: return behindOne(op.permuted(transpose.permutation))
        case let op as any FilteringOperator: return behindOne(op.permuted(transpose.permutation))
        case let op as any NormalizationOperator: return behindNormalization(node, op)
        default: return nil
        }
    }

    private func behindOne(_ op: any Operator) -> Moved {
        Moved(op: op, inputs: [.value(transpose.input)], permutation: transpose.permutation)
    }

    /// Over the last axis, when that stays the last one; over images, when they are turned to channels first.
    private func behindNormalization(_ node: Graph.Node, _ op: any NormalizationOperator) -> Moved? {
        let rank = transpose.permutation.count
        var op = op
        if var image = op as? any ChannelNormalization {
            guard image.layout == .channelsFirst, transpose.permutation == Layout.toChannelsFirst(rank: rank) else {
                return nil
            }
            image.layout = .channelsLast
            op = image
        } else {
            let axis = (op as? LayerNormalization)?.axis ?? (op as? RMSNormalization)?.axis
            guard axis == -1 || axis == rank - 1, transpose.permutation.last == rank - 1 else { return nil }
        }
        let parameters = node.inputs.dropFirst().map { id in id.map { Operand.value($0) } }
        guard node.inputs[0] == transpose.output, !parameters.contains(where: { $0 == nil }) else { return nil }
        return Moved(
            op: op, inputs: [.value(transpose.input)] + parameters.compactMap(\.self),
            permutation: transpose.permutation)
    }

    private func behindBinary(_ node: Graph.Node) -> Moved? {
        var inputs = [Operand]()
        for id in node.inputs.compactMap(\.self) {
            if id == transpose.output {
                inputs.append(.value(transpose.input))
            } else if let constant = graph[id].constant, !graph[id].isParameter {
                let missing = transpose.permutation.count - constant.shape.rank
                guard missing >= 0 else { return nil }
                let padded = constant.reshaped(
                    to: Shape([Int](repeating: 1, count: missing) + constant.shape.dimensions))
                inputs.append(.constant(Transpose.transposed(padded, transpose.inverse)))
            } else if let other = producers[id].flatMap({ TransposeNode(graph, $0) }),
                other.permutation == transpose.permutation
            {
                inputs.append(.value(other.input))
            } else {
                return nil
            }
        }
        return Moved(op: node.op, inputs: inputs, permutation: transpose.permutation)
    }

    /// Gather of one index removes an axis.
    private func behindGather(_ node: Graph.Node, _ gather: Gather) throws(GraphError) -> Moved? {
        guard let id = node.inputs[1], let index = graph[id].constant, index.shape.rank == 0,
            node.inputs[0] == transpose.output
        else { return nil }
        let rank = transpose.permutation.count
        let axis = transpose.permutation[try Axis.normalized(gather.axis, rank: rank)]
        let permutation = transpose.permutation.filter { $0 != axis }.map { $0 > axis ? $0 - 1 : $0 }
        return Moved(
            op: Gather(axis: axis), inputs: [.value(transpose.input), .value(id)], permutation: permutation)
    }

    private func behindConcat(_ node: Graph.Node, _ concat: Concat) throws(GraphError) -> Moved? {
        var inputs = [Operand]()
        for id in node.inputs.compactMap(\.self) {
            guard let other = producers[id].flatMap({ TransposeNode(graph, $0) }),
                other.permutation == transpose.permutation
            else { return nil }
            inputs.append(.value(other.input))
        }
        let axis = try Axis.normalized(concat.axis, rank: transpose.permutation.count)
        return Moved(
            op: Concat(axis: transpose.permutation[axis]), inputs: inputs, permutation: transpose.permutation)
    }

    /// A reshape that only merges, splits, inserts or drops dimensions which the transpose leaves together.
    private func behindReshape(_ node: Graph.Node) -> Moved? {
        guard let input = graph[transpose.input].type?.dimensions, let output = node.outputs[0],
            let target = graph[output].type?.dimensions,
            let groups = ReshapeGroup.groups(from: transpose.permutation.map { input[$0] }, to: target)
        else { return nil }
        // The axes of x that each group takes; they must be neighbours there, but for dimensions of size 1.
        var sources = [[Int]]()
        for group in groups {
            let axes = group.inputAxes.map { transpose.permutation[$0] }
            guard axes == axes.sorted(), let first = axes.first, let last = axes.last else { return nil }
            guard (first...last).allSatisfy({ axes.contains($0) || input[$0] == 1 }) else { return nil }
            sources.append(axes)
        }
        let order = groups.indices.sorted { (sources[$0].first ?? 0) < (sources[$1].first ?? 0) }
        let reshaped = order.flatMap { groups[$0].outputAxes.map { target[$0] } }
        let axes = order.flatMap { groups[$0].outputAxes }
        let permutation = target.indices.compactMap { axes.firstIndex(of: $0) }
        return Moved(op: Reshape(to: reshaped), inputs: [.value(transpose.input)], permutation: permutation)
    }
}
