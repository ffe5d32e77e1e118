/// Replaces operators that stand for several others by those.
struct ExpandComposites: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        var hasChanged = false
        var index = 0
        while index < graph.nodes.count {
            let node = graph.nodes[index]
            if let composite = node.op as? any CompositeOperator, let output = node.outputs.first.flatMap(\.self) {
                do {
                    var parts = Expansion(graph, before: index)
                    if let result = try composite.expand(&parts) {
                        graph = parts.graph
                        graph.nodes.remove(at: parts.position)
                        // The last part makes the value by the name it had.
                        graph.nodes[parts.position - 1].outputs = [output]
                        precondition(result.index >= 0 && parts.position > index, "a composite has parts")
                        hasChanged = true
                        continue
                    }
                } catch {
                    throw error.located(in: node)
                }
            }
            index += 1
        }
        return hasChanged
    }
}
