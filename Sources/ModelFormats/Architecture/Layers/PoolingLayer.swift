import Graphs
import JSON

/// `MaxPooling1D`, `MaxPooling2D`, `AveragePooling1D` and `AveragePooling2D`.
struct PoolingLayer: Layer {
    enum Kind: Sendable { case maximum, average }

    let kind: Kind
    let window: LayerWindow
    let hasChannels = true

    init(_ fields: inout JSONFields, _ kind: Kind, rank: Int) throws(FieldError) {
        self.kind = kind
        window = try LayerWindow(pooling: &fields, rank: rank)
    }

    var members: [JSONMember] { window.members("pool_size") }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let what = window.rank == 1 ? "a sequence [steps, channels]" : "an image [height, width, channels]"
        let input = try context.input(rank: window.rank + 1, what)
        let spatial = try window.outputs(Array(input.sizes.dropLast()), context)
        return LayerPlan(output: SampleShape(spatial + [input.sizes[window.rank]]))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let attributes = LayerGraph.attributes(window.attributes(Array(graph.shapes[0].sizes.dropLast())))
        switch kind {
        case .maximum:
            var op = try MaxPool(attributes: attributes)
            op.layout = .channelsLast
            return graph.apply1(op, [graph.input])
        case .average:
            var op = try AveragePool(attributes: attributes)
            op.layout = .channelsLast
            return graph.apply1(op, [graph.input])
        }
    }
}
