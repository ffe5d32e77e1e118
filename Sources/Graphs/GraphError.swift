/// Why a graph cannot be built, typed, compiled or run.
package indirect enum GraphError: Error, Equatable {
    /// No operator of that name in that domain.
    case unsupportedOperator(String, domain: String)
    /// An attribute has a value the operator does not take.
    case attribute(String, expected: String, found: String)
    /// An operator got too few or too many inputs or outputs.
    case arity(what: String, expected: String, found: Int)
    /// An input has a type or a shape the operator does not take.
    case input(Int, expected: String, found: String)
    /// Something about the graph as a whole, such as a cycle or a value nobody makes.
    case structure(String)
    /// A case of an operator that Apus does not compute.
    case unsupported(String)
    /// The error of one node.
    case node(String, operator: String, GraphError)
}

extension GraphError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unsupportedOperator(let name, let domain):
            "operator \(name)\(domain.isEmpty ? "" : " of domain \(domain)") is not supported"
        case .attribute(let name, let expected, let found):
            "attribute \(name): expected \(expected), got \(found)"
        case .arity(let what, let expected, let found): "expected \(expected) \(what), got \(found)"
        case .input(let index, let expected, let found): "input \(index): expected \(expected), got \(found)"
        case .structure(let text), .unsupported(let text): text
        case .node(let name, let op, let error): "node \"\(name)\" (\(op)): \(error)"
        }
    }
}
