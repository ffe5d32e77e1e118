import Tensors

/// Picking the last step of all hidden states is asking for the last hidden state, which needs no memory for the rest.
struct TakeLastStep: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        let producers = graph.producers()
        for index in graph.nodes.indices {
            guard let data = graph.nodes[index].inputs.first.flatMap(\.self), let source = producers[data],
                let picked = graph[data].type, let step = try pickedStep(graph.nodes[index], graph, rank: picked.rank),
                let layerIndex = layerIndex(source, graph, producers),
                let layer = graph.nodes[layerIndex].op as? any RecurrentOperator, layer.layout == .batchFirst,
                layer.directions == [.forward], !hasLengths(graph.nodes[layerIndex], layer),
                let states = graph.nodes[layerIndex].outputs[0], let type = graph[states].type,
                picked.dimensions.prefix(2) == type.dimensions.prefix(2),
                step == -1 || type.dimensions[1] == .fixed(step + 1)
            else { continue }
            let kept: [Dimension] = graph.nodes[index].op is Slice ? [1] : []
            graph.nodes[index].op = Reshape(to: [picked.dimensions[0]] + kept + picked.dimensions.dropFirst(2))
            graph.nodes[index].inputs = [try lastHidden(&graph, layerIndex, layer)]
            return true
        }
        return false
    }

    /// The one step, along dimension 1, that a node takes of its data; nil when it does something else.
    private func pickedStep(_ node: Graph.Node, _ graph: Graph, rank: Int) throws(GraphError) -> Int? {
        if let slice = node.op as? Slice {
            guard let axis = slice.lastIndexAxis, try Axis.normalized(axis, rank: rank) == 1 else { return nil }
            return -1
        }
        guard let gather = node.op as? Gather, let position = node.inputs[1].flatMap({ graph[$0].constant }),
            position.shape.rank == 0, try Axis.normalized(gather.axis, rank: rank) == 1
        else { return nil }
        return position.integers?.first
    }

    /// Whether sequences end before their last step.
    private func hasLengths(_ node: Graph.Node, _ layer: any RecurrentOperator) -> Bool {
        let input = type(of: layer).lengthsInput
        return input < node.inputs.count && node.inputs[input] != nil
    }

    /// The layer that makes the data, directly or through a reshape.
    private func layerIndex(_ source: Int, _ graph: Graph, _ producers: [Graph.ValueID: Int]) -> Int? {
        let node = graph.nodes[source]
        if node.op is any RecurrentOperator { return source }
        guard node.op is Reshape, let input = node.inputs[0], let producer = producers[input],
            graph.nodes[producer].op is any RecurrentOperator, graph.nodes[producer].outputs[0] == input
        else { return nil }
        return producer
    }

    /// The layer's output of last hidden states, made if nobody wanted it so far.
    private func lastHidden(
        _ graph: inout Graph, _ index: Int, _ layer: any RecurrentOperator
    ) throws(GraphError) -> Graph.ValueID {
        while graph.nodes[index].outputs.count < 2 { graph.nodes[index].outputs.append(nil) }
        if let id = graph.nodes[index].outputs[1] { return id }
        let inputs = InferenceInputs(graph.nodes[index].inputs.map { id in id.map { graph[$0] } })
        let id = graph.addValue(type: try layer.inferTypes(inputs)[1])
        graph.nodes[index].outputs[1] = id
        return id
    }
}
