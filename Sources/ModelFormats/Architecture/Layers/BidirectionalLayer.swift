import Graphs
import JSON

/// `Bidirectional` as Keras writes it, `{"type": "Bidirectional", "layer": {"type": "LSTM", "units": 8}}`: the same as
/// the recurrent layer with `"bidirectional": true`.
struct BidirectionalLayer: Layer {
    private let type: String
    private let layer: RecurrentLayer

    private enum MergeMode: String, CaseIterable { case concat }

    init(_ fields: inout JSONFields) throws(FieldError) {
        _ = try fields.choice("merge_mode", of: MergeMode.self)
        guard var inner = try fields.fields("layer") else {
            throw FieldError(path: fields.path(of: "layer"), expected: "a recurrent layer", found: "none")
        }
        let type = try inner.required("type", try inner.string("type"))
        let kinds: [String: RecurrentKind] = ["LSTM": .lstm, "GRU": .gru, "SimpleRNN": .rnn(.tanh)]
        guard let kind = kinds[type] else {
            throw inner.error("type", "\"GRU\", \"LSTM\" or \"SimpleRNN\"", .string(type))
        }
        self.type = type
        layer = try RecurrentLayer(&inner, kind, isBidirectional: true)
        try inner.finish()
    }

    var keepsSteps: Bool { layer.keepsSteps }

    var members: [JSONMember] {
        let settings = layer.members.filter { $0.name != "bidirectional" }
        return [JSONMember("layer", .object([JSONMember("type", .string(type))] + settings))]
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan { try layer.plan(context) }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID { try layer.add(to: &graph) }
}
