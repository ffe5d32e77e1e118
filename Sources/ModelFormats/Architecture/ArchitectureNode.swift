import JSON

/// One layer of an architecture with its name and what it takes.
struct ArchitectureNode: Sendable {
    let type: String
    let name: String
    /// Names of layers before it, or of inputs.
    let inputs: [String]
    /// The layer before it whose parameters it takes instead of some of its own: a further call of that layer. `plan` then
    /// has none.
    var shares: String?
    let layer: any Layer
    let plan: LayerPlan

    /// The node as `architecture.json` has it; `previous` is the name it need not mention.
    func json(previous: String) -> JSONValue {
        var members = [JSONMember("type", .string(type)), JSONMember("name", .string(name))]
        if let shares { members.append(JSONMember("shares", .string(shares))) }
        if inputs != [previous] { members.append(JSONMember("inputs", JSONValue(inputs))) }
        return .object(members + layer.members)
    }
}
