/// A slice that takes just what one input of a `Concat` brings is that input: the last turn of an unrolled loop, say.
struct TakeConcatPart: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        let producers = graph.producers()
        var hasChanged = false
        for index in graph.nodes.indices {
            guard let slice = graph.nodes[index].op as? Slice, let data = graph.nodes[index].inputs[0],
                let type = graph[data].type, let (axis, indices) = try slice.range(of: type),
                let source = producers[data].map({ graph.nodes[$0] }), let concat = source.op as? Concat,
                try Axis.normalized(concat.axis, rank: type.rank) == axis,
                let part = part(indices, axis, source, graph)
            else { continue }
            graph.nodes[index].op = Identity()
            graph.nodes[index].inputs = [part]
            hasChanged = true
        }
        return hasChanged
    }

    /// The input of a `Concat` that has just these indices of the result.
    private func part(_ indices: Range<Int>, _ axis: Int, _ node: Graph.Node, _ graph: Graph) -> Graph.ValueID? {
        var start = 0
        for id in node.inputs.compactMap(\.self) {
            guard let size = graph[id].type?.dimensions[axis].fixedValue else { return nil }
            if indices == start..<(start + size) { return id }
            start += size
        }
        return nil
    }
}
