import Tensors

/// Lets a convolution or dense layer do the ReLU or clip after it on the way.
struct FuseClamps: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        let (producers, uses) = (graph.producers(), graph.useCounts())
        for index in graph.nodes.indices {
            guard let clamp = (graph.nodes[index].op as? any ClampingOperator)?.clamp,
                let input = graph.nodes[index].inputs[0], let output = graph.nodes[index].outputs[0],
                uses[input] == 1, let producer = producers[input],
                let fused = fused(graph.nodes[producer].op, clamp)
            else { continue }
            graph.nodes[producer].op = fused
            graph.nodes[producer].outputs[0] = output
            graph.nodes.remove(at: index)
            return true
        }
        return false
    }

    private func fused(_ op: any Operator, _ clamp: Clamp) -> (any Operator)? {
        if var dense = op as? Dense, dense.clamp == .none {
            dense.clamp = clamp
            return dense
        }
        if var convolution = op as? Convolution, convolution.clamp == .none {
            convolution.clamp = clamp
            return convolution
        }
        if var convolution = op as? TransposedConvolution, convolution.clamp == .none {
            convolution.clamp = clamp
            return convolution
        }
        return nil
    }
}
