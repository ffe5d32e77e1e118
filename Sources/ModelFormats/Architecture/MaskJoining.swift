import Graphs
import JSON

/// How a layer that joins several inputs joins what counts in them.
enum MaskJoining: String, CaseIterable, Sendable {
    /// As in Keras 3: a step counts that counts in any of the inputs, and all do when one of these has no mask; what does
    /// not count has no part in products and choices.
    case any
    /// As in Keras 2: a step counts that counts in all inputs which have a mask; values stay as they are.
    case all

    /// The setting `masks` of a layer.
    init(_ fields: inout JSONFields) throws(FieldError) {
        self = try fields.choice("masks", of: MaskJoining.self) ?? .any
    }

    var members: [JSONMember] { self == .any ? [] : [JSONMember("masks", .string(rawValue))] }

    /// The mask of the joined steps; nil when all count.
    func mask(_ graph: inout LayerGraph) throws(GraphError) -> LayerMask? {
        let masked = zip(graph.masks, graph.inputs).compactMap { mask, input in mask.map { ($0, input) } }
        guard let first = masked.first?.0, self == .all || masked.count == graph.inputs.count else { return nil }
        if masked.allSatisfy({ $0.0 == first }) { return first }
        var steps: [Graph.ValueID] = []
        for (mask, input) in masked { steps.append(graph.steps(of: mask, like: input)) }
        return .steps(try graph.apply1(self == .any ? "Max" : "Min", steps))
    }
}
