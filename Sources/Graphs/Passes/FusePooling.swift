import Tensors

/// Fuses 2×2 max-pooling of stride 2 into the convolution before it, where a kernel does both. A ReLU after the
/// pooling then goes into the convolution too: the maximum and a clamp can change places.
struct FusePooling: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        var hasChanged = false
        while fuseOne(&graph) {
            hasChanged = true
            while try FuseClamps().run(&graph) {}
        }
        return hasChanged
    }

    private func fuseOne(_ graph: inout Graph) -> Bool {
        let (producers, uses) = (graph.producers(), graph.useCounts())
        for index in graph.nodes.indices {
            guard let pooling = graph.nodes[index].op as? Pooling, pooling.kind == .maximum,
                pooling.window.isTwoByTwo, pooling.layout == .channelsLast,
                let input = graph.nodes[index].inputs[0], let output = graph.nodes[index].outputs[0],
                uses[input] == 1, let producer = producers[input],
                var convolution = graph.nodes[producer].op as? Convolution, !convolution.isPooled,
                let image = graph.nodes[producer].inputs[0], let type = graph[image].type
            else { continue }
            let row = type.dimensions.dropFirst().compactMap(\.fixedValue)
            guard row.count == type.rank - 1, convolution.canPool(row: Shape(row)) else { continue }
            convolution.isPooled = true
            graph.nodes[producer].op = convolution
            graph.nodes[producer].outputs[0] = output
            graph.nodes.remove(at: index)
            return true
        }
        return false
    }
}
