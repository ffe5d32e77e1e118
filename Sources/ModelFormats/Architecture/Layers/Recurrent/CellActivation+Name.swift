import Graphs
import JSON

/// The functions of recurrent cells by the names that Keras gives them.
extension CellActivation {
    private static let named: [(name: String, activation: CellActivation)] = [
        ("elu", .elu(1)), ("exponential", .exponential), ("hard_sigmoid", .hardSigmoid(1 / 6, 0.5)),
        ("hard_sigmoid_keras2", .hardSigmoid(0.2, 0.5)), ("leaky_relu", .leakyRelu(0.2)), ("linear", .linear),
        ("relu", .relu), ("selu", .selu), ("sigmoid", .sigmoid), ("softplus", .softplus), ("softsign", .softsign),
        ("tanh", .tanh),
    ]

    /// The names, sorted.
    static var kerasNames: [String] { named.map(\.name) }

    /// The name of a function that has one.
    var kerasName: String { Self.named.first { $0.activation == self }?.name ?? "linear" }

    init?(kerasName: String) {
        guard let found = Self.named.first(where: { $0.name == kerasName }) else { return nil }
        self = found.activation
    }
}

extension JSONFields {
    /// The function of a recurrent cell by its name; nil when left out.
    mutating func cellActivation(_ name: String) throws(FieldError) -> CellActivation? {
        guard let string = try string(name) else { return nil }
        guard let activation = CellActivation(kerasName: string) else {
            throw error(name, "one of \(CellActivation.kerasNames.joined(separator: ", "))", .string(string))
        }
        return activation
    }
}
