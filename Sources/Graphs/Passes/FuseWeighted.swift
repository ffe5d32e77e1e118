import Tensors

/// Joins a clamp, and 2×2 max-pooling, with the layer before it, when nothing else uses what lies between.
struct FuseWeighted: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        let (producers, uses) = (graph.producers(), graph.useCounts())
        for index in graph.nodes.indices {
            guard let input = graph.nodes[index].inputs.first.flatMap(\.self), uses[input] == 1,
                let layer = producers[input], let joined = joined(graph.nodes[layer].op, graph.nodes[index].op),
                let output = graph.nodes[index].outputs[0]
            else { continue }
            graph.nodes[layer].op = joined
            graph.nodes[layer].outputs[0] = output
            graph.nodes.remove(at: index)
            return true
        }
        return false
    }

    private func joined(_ layer: any Operator, _ next: any Operator) -> (any Operator)? {
        switch (layer, next) {
        case (var convolution as WeightedConvolution, let clamp as any ClampingOperator)
        where convolution.clamp == .none:
            convolution.clamp = clamp.clamp
            return convolution
        case (var convolution as WeightedConvolution, let pooling as Pooling):
            guard !convolution.isPooled, convolution.groups == 1, pooling.kind == .maximum,
                pooling.window.isTwoByTwo, pooling.layout == .channelsLast, convolution.layout == .channelsLast
            else { return nil }
            convolution.isPooled = true
            return convolution
        case (var dense as WeightedDense, let clamp as any ClampingOperator) where dense.clamp == .none:
            dense.clamp = clamp.clamp
            return dense
        default: return nil
        }
    }
}
