import Tensors

/// Replaces what makes a tensor of one known number by a single `Fill`.
struct MaterializeFills: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        var hasChanged = false
        for index in graph.nodes.indices where !(graph.nodes[index].op is Fill) {
            guard graph.nodes[index].outputs.count == 1, let output = graph.nodes[index].outputs[0],
                let splat = graph[output].splat, let type = graph[output].type, type.dtype == .float32
            else { continue }
            graph.nodes[index].op = Fill(splat, type.dimensions)
            graph.nodes[index].inputs = []
            hasChanged = true
        }
        return hasChanged
    }
}
