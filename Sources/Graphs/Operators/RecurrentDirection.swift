/// The order in which a recurrent layer walks a sequence.
enum RecurrentDirection: Sendable {
    case forward, reverse

    /// The directions that ONNX's attribute `direction` names.
    static func list(_ name: String) throws(GraphError) -> [RecurrentDirection] {
        switch name {
        case "forward": [.forward]
        case "reverse": [.reverse]
        case "bidirectional": [.forward, .reverse]
        default: throw .attribute("direction", expected: "forward, reverse or bidirectional", found: name)
        }
    }
}
