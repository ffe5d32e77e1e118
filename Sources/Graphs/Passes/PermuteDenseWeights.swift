import Tensors

/// Dense(reshape(transpose(x))) becomes Dense'(reshape(x)) with its weight rows in another order: the flattening
/// between the convolutions and the dense layers of a CNN, once the convolutions have their channels last.
struct PermuteDenseWeights: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        let (producers, uses) = (graph.producers(), graph.useCounts())
        for index in graph.nodes.indices {
            guard let dense = graph.nodes[index].op as? Dense, let flat = graph.nodes[index].inputs[0],
                uses[flat] == 1, let reshape = producers[flat], graph.nodes[reshape].op is Reshape,
                let turned = graph.nodes[reshape].inputs[0],
                let transpose = producers[turned].flatMap({ TransposeNode(graph, $0) }),
                let weights = permuted(dense.weights, transpose, graph, flat)
            else { continue }
            graph.nodes[reshape].inputs = [transpose.input]
            graph.nodes[index].op = Dense(weights, bias: dense.bias, clamp: dense.clamp)
            return true
        }
        return false
    }

    /// The weight for untransposed inputs; nil when the reshape does not just flatten the permuted dimensions.
    private func permuted(
        _ weights: DenseWeights, _ transpose: TransposeNode, _ graph: Graph, _ flat: Graph.ValueID
    ) -> DenseWeights? {
        guard let turned = graph[transpose.output].type?.dimensions, let target = graph[flat].type?.dimensions else {
            return nil
        }
        let kept = target.count - 1
        let sizes = turned.dropFirst(kept).compactMap(\.fixedValue)
        guard kept < turned.count, Array(turned.prefix(kept)) == Array(target.prefix(kept)),
            Array(transpose.permutation.prefix(kept)) == Array(0..<kept), sizes.count == turned.count - kept,
            sizes.reduce(1, *) == weights.features
        else { return nil }
        return weights.permuted(sizes, transpose.inverse.dropFirst(kept).map { $0 - kept })
    }
}
