import Graphs
import JSON

/// `Masking`: steps at the end of a sequence whose features all are `mask_value` are padding for the layers after it.
///
/// Keras also skips such steps in the middle; here those count.
struct MaskingLayer: Layer {
    let value: Double
    let keepsSteps = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        value = try fields.number("mask_value", in: -3e38...3e38) ?? 0
    }

    var members: [JSONMember] { [JSONMember("mask_value", .number(value))] }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        LayerPlan(output: try context.input(rank: 2, "a sequence [steps, features]"))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        graph.lengths = graph.apply1(SequenceLengths(padding: Float(value)), [graph.input])
        return graph.input
    }
}
