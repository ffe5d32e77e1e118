import Graphs
import JSON

/// `Dropout`: training sets a share of the elements to 0 and scales the rest up; serving hands its input on.
struct DropoutLayer: Layer {
    let rate: Double
    let keepsSteps = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        rate = try fields.required("rate", try fields.number("rate", in: 0...0.999))
    }

    var members: [JSONMember] { [JSONMember("rate", .number(rate))] }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan { LayerPlan(output: try context.input()) }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        graph.apply1(Dropout(ratio: Float(rate)), [graph.input])
    }
}
