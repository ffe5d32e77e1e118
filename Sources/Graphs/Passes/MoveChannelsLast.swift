/// Turns image operators from channels first, as files have them, to channels last, with transposes around them that
/// `SimplifyTransposes` then removes.
struct MoveChannelsLast: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        var hasChanged = false
        var index = 0
        while index < graph.nodes.count {
            if var op = graph.nodes[index].op as? any ImageOperator, op.layout == .channelsFirst,
                let input = graph.nodes[index].inputs[0], let output = graph.nodes[index].outputs[0],
                let rank = graph[input].type?.rank, rank > 2
            {
                op.layout = .channelsLast
                let turned = try graph.insertNode(Transpose(Layout.toChannelsLast(rank: rank)), [input], before: index)
                index += 1
                graph.nodes[index].op = op
                graph.nodes[index].inputs[0] = turned
                let inputs = InferenceInputs(graph.nodes[index].inputs.map { id in id.map { graph[$0] } })
                let result = graph.addValue(type: try op.inferTypes(inputs)[0])
                graph.nodes[index].outputs[0] = result
                graph.nodes.insert(
                    Graph.Node(
                        name: "", op: Transpose(Layout.toChannelsFirst(rank: rank)), inputs: [result],
                        outputs: [output]), at: index + 1)
                hasChanged = true
            }
            index += 1
        }
        return hasChanged
    }
}
