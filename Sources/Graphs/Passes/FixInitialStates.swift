import Tensors

/// Makes constant initial states of recurrent layers values that a plan writes: files of a fixed batch have one for each of
/// its rows.
struct FixInitialStates: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        var hasChanged = false
        var index = 0
        while index < graph.nodes.count {
            defer { index += 1 }
            guard let layer = graph.nodes[index].op as? any RecurrentOperator else { continue }
            for place in 1..<max(graph.nodes[index].inputs.count, 1) where place != type(of: layer).lengthsInput {
                guard let id = graph.nodes[index].inputs[place], let tensor = graph[id].constant else { continue }
                let value = try graph.insertNode(FixedValue(tensor), [], before: index)
                index += 1
                graph.nodes[index].inputs[place] = value
                hasChanged = true
            }
        }
        return hasChanged
    }
}
