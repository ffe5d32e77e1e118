/// Removes nodes that nobody needs, nodes that hand their input on, and outputs that nobody wants.
struct RemoveDeadNodes: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        var hasChanged = removeIdentities(&graph)
        var needed = Set(graph.outputs)
        var kept = [Graph.Node]()
        for var node in graph.nodes.reversed() {
            let outputs = node.outputs.map { id in id.flatMap { needed.contains($0) ? $0 : nil } }
            guard outputs.contains(where: { $0 != nil }) else {
                hasChanged = true
                continue
            }
            hasChanged = hasChanged || outputs != node.outputs
            node.outputs = outputs
            needed.formUnion(node.inputs.compactMap(\.self))
            kept.append(node)
        }
        graph.nodes = kept.reversed()
        return hasChanged
    }

    private func removeIdentities(_ graph: inout Graph) -> Bool {
        var hasChanged = false
        for node in graph.nodes where node.op is Identity {
            guard let input = node.inputs[0], let output = node.outputs[0] else { continue }
            if graph.outputs.contains(output) && (graph.inputs.contains(input) || graph.outputs.contains(input)) {
                continue
            }
            graph.replaceUses(of: output, with: input)
            hasChanged = true
        }
        return hasChanged
    }
}
