import Tensors

/// Merges transposes, removes those that do nothing, turns those that only move dimensions of size 1 into reshapes,
/// and moves the rest past the operators after them, until pairs meet and cancel.
struct SimplifyTransposes: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        var hasChanged = false
        while try step(&graph) { hasChanged = true }
        return hasChanged
    }

    /// Makes one change; returns whether there was one to make.
    private func step(_ graph: inout Graph) throws(GraphError) -> Bool {
        let producers = graph.producers()
        for index in graph.nodes.indices {
            guard let transpose = TransposeNode(graph, index) else { continue }
            if transpose.isIdentity {
                graph.replaceUses(of: transpose.output, with: transpose.input)
                graph.nodes.remove(at: index)
                return true
            }
            if let first = producers[transpose.input].flatMap({ TransposeNode(graph, $0) }) {
                graph.nodes[index].op = Transpose(transpose.permutation.map { first.permutation[$0] })
                graph.nodes[index].inputs = [first.input]
                return true
            }
            if transpose.keepsOrder(graph) {
                graph.nodes[index].op = Reshape(to: graph[transpose.output].type?.dimensions ?? [])
                return true
            }
            if try sink(transpose, producers, &graph) { return true }
        }
        return false
    }

    /// Moves a transpose behind the operator that uses it, if that operator allows it.
    private func sink(
        _ transpose: TransposeNode, _ producers: [Graph.ValueID: Int], _ graph: inout Graph
    ) throws(GraphError) -> Bool {
        guard !graph.outputs.contains(transpose.output) else { return false }
        let sinking = TransposeSinking(graph, transpose, producers: producers)
        for consumer in graph.nodes.indices where graph.nodes[consumer].inputs.contains(transpose.output) {
            guard let moved = try sinking.moved(behind: graph.nodes[consumer]) else {
                continue
            }
            let node = graph.nodes[consumer]
            guard let output = node.outputs[0] else { continue }
            var position = consumer
            var inputs = [Graph.ValueID?]()
            for operand in moved.inputs {
                switch operand {
                case .value(let id): inputs.append(id)
                case .constant(let tensor): inputs.append(graph.addConstant(tensor))
                }
            }
            let result = try graph.insertNode(moved.op, inputs, before: position)
            position += 1
            graph.nodes[position] = Graph.Node(
                name: node.name, op: Transpose(moved.permutation), inputs: [result], outputs: [output])
            return true
        }
        return false
    }
}

/// A node that transposes, with its permutation spelled out.
struct TransposeNode {
    let input: Graph.ValueID
    let output: Graph.ValueID
    let permutation: [Int]

    /// nil when the node is not a transpose.
    init?(_ graph: Graph, _ index: Int) {
        let node = graph.nodes[index]
        guard let permutation = (node.op as? Transpose)?.permutation, let input = node.inputs[0],
            let output = node.outputs[0]
        else { return nil }
        self.input = input
        self.output = output
        self.permutation = permutation
    }

    var isIdentity: Bool { permutation == Array(permutation.indices) }

    /// Whether only dimensions of size 1 change places.
    func keepsOrder(_ graph: Graph) -> Bool {
        guard let dimensions = graph[input].type?.dimensions else { return false }
        let moved = permutation.filter { dimensions[$0] != 1 }
        return moved == moved.sorted()
    }

    /// The permutation that undoes this one.
    var inverse: [Int] { permutation.indices.sorted { permutation[$0] < permutation[$1] } }
}
