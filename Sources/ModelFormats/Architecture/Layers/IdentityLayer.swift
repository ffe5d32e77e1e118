import Graphs
import JSON

/// `Identity`, and `ActivityRegularization`, which only adds to a loss: hand their input on.
struct IdentityLayer: Layer {
    /// What the layer does in training beside that; nil for nothing.
    private let penalty: ActivityPenalty?
    let members: [JSONMember]
    let keepsSteps = true

    /// `Identity`
    init() { (penalty, members) = (nil, []) }

    /// Reads `ActivityRegularization`.
    init(regularization fields: inout JSONFields) throws(FieldError) {
        var members: [JSONMember] = []
        var amounts: [Float] = []
        for name in ["l1", "l2"] {
            let amount = try fields.number(name, in: 0...1e6)
            if let amount { members.append(JSONMember(name, .number(amount))) }
            amounts.append(Float(amount ?? 0))
        }
        self.members = members
        penalty = amounts == [0, 0] ? nil : ActivityPenalty(l1: amounts[0], l2: amounts[1])
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan { LayerPlan(output: try context.input()) }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        if let penalty { return graph.apply1(penalty, [graph.input]) }
        return graph.apply1(Identity(), [graph.input])
    }
}
