/// Removes reshapes that change nothing, and all but the last of several in a row.
struct SimplifyReshapes: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        var hasChanged = false
        let producers = graph.producers()
        for index in graph.nodes.indices where graph.nodes[index].op is Reshape {
            guard let input = graph.nodes[index].inputs[0], let output = graph.nodes[index].outputs[0] else { continue }
            if let first = producers[input].map({ graph.nodes[$0] }), first.op is Reshape, first.inputs[0] != input {
                graph.nodes[index].inputs = [first.inputs[0]]
                hasChanged = true
            } else if graph[input].type == graph[output].type {
                graph.nodes[index].op = Identity()
                hasChanged = !graph.outputs.contains(output) || hasChanged
            }
        }
        return hasChanged
    }
}
