import Graphs
import JSON

/// `MaxPooling1D`, `MaxPooling2D`, `MaxPooling3D`, `AveragePooling1D`, `AveragePooling2D` and `AveragePooling3D`.
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
        let input = try context.image(rank: window.rank)
        let spatial = try window.outputs(Array(input.sizes.dropLast()), context)
        return LayerPlan(output: SampleShape(spatial + [input.sizes[window.rank]]))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        try kind.add(to: &graph, window.attributes(Array(graph.shapes[0].sizes.dropLast())))
    }
}

extension PoolingLayer.Kind {
    /// Adds a pooling of the layer's input.
    func add(
        to graph: inout LayerGraph, _ attributes: [String: AttributeValue]
    ) throws(GraphError) -> Graph.ValueID {
        let attributes = LayerGraph.attributes(attributes)
        switch self {
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
