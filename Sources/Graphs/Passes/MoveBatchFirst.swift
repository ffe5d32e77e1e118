/// Turns recurrent layers from time first, as files have them, to batch first, with transposes around them that
/// `SimplifyTransposes` then removes: rows of a batch are independent when the batch stands in front.
struct MoveBatchFirst: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        var hasChanged = false
        var index = 0
        while index < graph.nodes.count {
            if var layer = graph.nodes[index].op as? any RecurrentOperator, layer.layout == .timeFirst {
                layer.layout = .batchFirst
                index = try turn(&graph, index, layer)
                hasChanged = true
            }
            index += 1
        }
        return hasChanged
    }

    /// Rewrites the node at `index`; returns where it stands afterwards.
    private func turn(_ graph: inout Graph, _ index: Int, _ layer: any RecurrentOperator) throws(GraphError) -> Int {
        var index = index
        let kind = type(of: layer)
        for input in graph.nodes[index].inputs.indices where input != kind.lengthsInput {
            guard let id = graph.nodes[index].inputs[input] else { continue }
            let turned = try graph.insertNode(Transpose([1, 0, 2]), [id], before: index)
            index += 1
            graph.nodes[index].inputs[input] = turned
        }
        graph.nodes[index].op = layer
        let inputs = InferenceInputs(graph.nodes[index].inputs.map { id in id.map { graph[$0] } })
        let types = try layer.inferTypes(inputs)
        for output in graph.nodes[index].outputs.indices {
            guard let old = graph.nodes[index].outputs[output] else { continue }
            let new = graph.addValue(type: types[output])
            graph.nodes[index].outputs[output] = new
            graph.nodes.insert(
                Graph.Node(name: "", op: Transpose(kind.outputPermutations[output]), inputs: [new], outputs: [old]),
                at: index + 1)
        }
        return index
    }
}
