import Graphs
import JSON

/// `Identity`, and `ActivityRegularization`, which only adds to a loss: hand their input on.
struct IdentityLayer: Layer {
    /// What the layer does in training beside that; nil for nothing.
    private let training: String?
    let members: [JSONMember]
    let keepsSteps = true

    /// `Identity`
    init() { (training, members) = (nil, []) }

    /// Reads `ActivityRegularization`.
    init(regularization fields: inout JSONFields) throws(FieldError) {
        var members: [JSONMember] = []
        for name in ["l1", "l2"] {
            if let amount = try fields.number(name, in: 0...1e6) { members.append(JSONMember(name, .number(amount))) }
        }
        self.members = members
        training = members.contains { $0.value.double != 0 } ? "activity regularisation" : nil
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan { LayerPlan(output: try context.input()) }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        if let training { return graph.apply1(Untrained(training), [graph.input]) }
        return graph.apply1(Identity(), [graph.input])
    }
}
