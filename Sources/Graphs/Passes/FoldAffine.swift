import Tensors

/// Folds a scale and shift for each channel, or an added bias, into the weights of the convolution or dense layer
/// before it.
struct FoldAffine: GraphPass {
    func run(_ graph: inout Graph) throws(GraphError) -> Bool {
        let (producers, uses) = (graph.producers(), graph.useCounts())
        for index in graph.nodes.indices {
            let node = graph.nodes[index]
            guard let (input, affine) = affine(node, graph), uses[input] == 1, let producer = producers[input],
                let output = node.outputs[0], let folded = folded(graph.nodes[producer].op, affine)
            else { continue }
            graph.nodes[producer].op = folded
            graph.nodes[producer].outputs[0] = output
            graph.nodes.remove(at: index)
            return true
        }
        return false
    }

    /// What a node does to each channel of its one computed input, if that is all it does.
    private func affine(_ node: Graph.Node, _ graph: Graph) -> (Graph.ValueID, ChannelAffine)? {
        if let op = node.op as? ChannelAffine, let input = node.inputs[0] {
            let isLast = op.layout == .channelsLast || graph[input].type?.rank == 2
            return isLast ? (input, op) : nil
        }
        guard node.op is Add, let a = node.inputs[0], let b = node.inputs[1], let output = node.outputs[0] else {
            return nil
        }
        for (input, constant) in [(a, b), (b, a)] {
            guard let values = graph[constant].constant, graph[input].constant == nil,
                let channels = graph[output].type?.dimensions.last?.fixedValue, values.elementCount == channels,
                values.shape.dimensions.last == channels, graph[input].type == graph[output].type
            else { continue }
            return (input, ChannelAffine(scale: [Float](repeating: 1, count: channels), shift: values.floats))
        }
        return nil
    }

    private func folded(_ op: any Operator, _ affine: ChannelAffine) -> (any Operator)? {
        if var dense = op as? Dense, dense.clamp == .none {
            dense = Dense(scaled(dense.weights, affine), bias: bias(dense.bias, affine), clamp: .none)
            return dense
        }
        if var convolution = op as? Convolution, convolution.clamp == .none, !convolution.isPooled,
            convolution.layout == .channelsLast
        {
            convolution.bias = bias(convolution.bias, affine)
            if affine.scales { convolution.scale(by: affine.scale) }
            return convolution
        }
        if var convolution = op as? TransposedConvolution, convolution.clamp == .none,
            convolution.layout == .channelsLast
        {
            let (block, own) = (convolution.taps, convolution.weight.shape[1])
            let group = convolution.weight.elementCount / convolution.groups
            let weights = convolution.weight.floats.enumerated().map {
                $1 * affine.scale[$0 / group * own + $0 / block % own]
            }
            convolution.bias = bias(convolution.bias, affine)
            convolution.weight = Tensor(weights, shape: convolution.weight.shape)
            return convolution
        }
        return nil
    }

    private func scaled(_ weights: DenseWeights, _ affine: ChannelAffine) -> DenseWeights {
        affine.scales ? weights.scaled(by: affine.scale) : weights
    }

    private func bias(_ bias: Tensor?, _ affine: ChannelAffine) -> Tensor {
        let old = bias?.floats ?? [Float](repeating: 0, count: affine.scale.count)
        let new = old.indices.map { old[$0] * affine.scale[$0] + affine.shift[$0] }
        return Tensor(new, shape: [new.count])
    }
}

extension ChannelAffine {
    /// Whether it does more than add.
    fileprivate var scales: Bool { scale.contains { $0 != 1 } }
}
