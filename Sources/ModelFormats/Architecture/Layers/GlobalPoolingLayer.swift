import Graphs
import JSON
import Tensors

/// `GlobalAveragePooling1D`, `GlobalAveragePooling2D`, `GlobalMaxPooling1D` and `GlobalMaxPooling2D`: one number for each
/// channel. The average of a padded sequence leaves its padding out, as in Keras.
struct GlobalPoolingLayer: Layer {
    let kind: PoolingLayer.Kind
    let rank: Int
    let members: [JSONMember] = []
    let hasChannels = true

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let what = rank == 1 ? "a sequence [steps, channels]" : "an image [height, width, channels]"
        let input = try context.input(rank: rank + 1, what)
        if rank == 2 {
            for size in input.sizes.dropLast() { _ = try context.fixed(size, "an image", of: input) }
        }
        return LayerPlan(output: [try context.fixed(input.sizes[rank], "channels", of: input)])
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        guard rank == 2 else { return try addOverSteps(to: &graph) }
        let attributes = LayerGraph.attributes([:])
        let pooled: Graph.ValueID
        switch kind {
        case .maximum:
            var op = try GlobalMaxPool(attributes: attributes)
            op.layout = .channelsLast
            pooled = graph.apply1(op, [graph.input])
        case .average:
            var op = try GlobalAveragePool(attributes: attributes)
            op.layout = .channelsLast
            pooled = graph.apply1(op, [graph.input])
        }
        return try graph.apply1("Flatten", [pooled], ["axis": .int(1)])
    }

    private func addOverSteps(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let axes = graph.constant(Tensor([1], shape: [1]))
        let keeps: [String: AttributeValue] = ["keepdims": .int(0)]
        guard kind == .average else { return try graph.apply1("ReduceMax", [graph.input, axes], keeps) }
        guard let lengths = graph.lengths else {
            return try graph.apply1("ReduceMean", [graph.input, axes], keeps)
        }
        let mask = graph.apply1(SequenceMask(), [lengths, graph.input])
        let kept = try graph.apply1("Mul", [graph.input, mask])
        let sum = try graph.apply1("ReduceSum", [kept, axes], keeps)
        return try graph.apply1("Div", [sum, try graph.apply1("ReduceSum", [mask, axes], keeps)])
    }
}
