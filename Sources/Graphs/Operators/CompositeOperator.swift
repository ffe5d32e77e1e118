import Tensors

/// An operator that is always `decomposed`: its type and its naive twin are those of the others together.
protocol CompositeOperator: Operator {}

extension CompositeOperator {
    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let graph = try parts((0..<inputs.count).map { inputs.value($0) })
        return graph.outputs.compactMap { graph[$0].type }
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let graph = try parts(
            inputs.map { tensor in
                tensor.map { tensor in
                    var value = Graph.Value(name: "", type: ValueType(of: tensor))
                    value.constant = tensor
                    return value
                }
            })
        return graph.outputs.compactMap { graph[$0].constant }
    }

    /// A graph of this operator alone, as far as it is known.
    private func parts(_ inputs: [Graph.Value?]) throws(GraphError) -> Graph {
        var graph = Graph(name: "")
        let ids = inputs.map { value in
            value.map { value in
                let id = graph.addValue(value.name, type: value.type)
                graph[id] = value
                return id
            }
        }
        graph.outputs = graph.addNode(self, ids)
        _ = try InferTypes().run(&graph)
        return graph
    }
}
