import Graphs
import JSON
import Tensors

/// `GlobalAveragePooling1D` to `…3D` and `GlobalMaxPooling1D` to `…3D`: one number for each channel. The average of a
/// padded sequence leaves its padding out, as in Keras.
struct GlobalPoolingLayer: Layer {
    let kind: PoolingLayer.Kind
    let rank: Int
    let hasChannels = true
    /// Whether the dimensions stay, each 1 long.
    let keepsDimensions: Bool

    init(_ fields: inout JSONFields, _ kind: PoolingLayer.Kind, rank: Int) throws(FieldError) {
        (self.kind, self.rank) = (kind, rank)
        keepsDimensions = try fields.bool("keepdims") ?? false
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        members.append("keepdims", keepsDimensions, unless: false)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.image(rank: rank)
        if rank > 1 {
            for size in input.sizes.dropLast() { _ = try context.fixed(size, "an image", of: input) }
        }
        let channels = try context.fixed(input.sizes[rank], "channels", of: input)
        return LayerPlan(
            output: SampleShape(keepsDimensions ? [Int](repeating: 1, count: rank) + [channels] : [channels]))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let isMasked = rank == 1 && kind == .average && graph.mask != nil
        guard rank != 2 else {
            let pooled = try addOverImage(to: &graph)
            return keepsDimensions ? pooled : try graph.apply1("Flatten", [pooled], ["axis": .int(1)])
        }
        let axes = graph.constant(Tensor(Array(1...rank), shape: [rank]))
        let keeps: [String: AttributeValue] = ["keepdims": .int(keepsDimensions ? 1 : 0)]
        guard isMasked, let given = graph.mask else {
            return try graph.apply1(kind == .average ? "ReduceMean" : "ReduceMax", [graph.input, axes], keeps)
        }
        let mask = try graph.widened(graph.steps(of: given, like: graph.input), to: 2)
        let kept = try graph.apply1("Mul", [graph.input, mask])
        let sum = try graph.apply1("ReduceSum", [kept, axes], keeps)
        return try graph.apply1("Div", [sum, try graph.apply1("ReduceSum", [mask, axes], keeps)])
    }

    private func addOverImage(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let attributes = LayerGraph.attributes([:])
        switch kind {
        case .maximum:
            var op = try GlobalMaxPool(attributes: attributes)
            op.layout = .channelsLast
            return graph.apply1(op, [graph.input])
        case .average:
            var op = try GlobalAveragePool(attributes: attributes)
            op.layout = .channelsLast
            return graph.apply1(op, [graph.input])
        }
    }
}
