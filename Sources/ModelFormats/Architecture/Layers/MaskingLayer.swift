import Graphs
import JSON

/// `Masking`: steps of a sequence whose features all are `mask_value` do not count for the layers after it, and are 0.
struct MaskingLayer: Layer {
    let value: Double
    let keepsSteps = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        value = try fields.number("mask_value", in: -3e38...3e38) ?? 0
    }

    var members: [JSONMember] { [JSONMember("mask_value", .number(value))] }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        guard input.rank >= 2 else { throw context.mismatch("a sequence [steps, features]", input) }
        return LayerPlan(output: input)
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let mask = graph.apply1(StepMask(padding: Float(value)), [graph.input])
        graph.mask = .steps(mask)
        guard value != 0 else { return graph.input }
        return try graph.apply1("Mul", [graph.input, try graph.widened(mask, to: graph.output.rank)])
    }
}
