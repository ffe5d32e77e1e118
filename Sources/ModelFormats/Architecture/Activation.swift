import Graphs

/// An elementwise function (or softmax over the last axis) by the name that Keras gives it.
enum Activation: Sendable, Equatable {
    case linear
    case relu, relu6, leakyRelu(slope: Float), elu(alpha: Float), selu, gelu(approximate: Bool), softplus, softsign,
        exponential
    case sigmoid, hardSigmoid, tanh, silu, softmax, logSoftmax

    private static let named: [(name: String, activation: Activation)] = [
        ("elu", .elu(alpha: 1)), ("exponential", .exponential), ("gelu", .gelu(approximate: false)),
        ("hard_sigmoid", .hardSigmoid), ("leaky_relu", .leakyRelu(slope: 0.2)), ("linear", .linear),
        ("log_softmax", .logSoftmax), ("relu", .relu), ("relu6", .relu6), ("selu", .selu), ("sigmoid", .sigmoid),
        ("silu", .silu), ("softmax", .softmax), ("softplus", .softplus), ("softsign", .softsign), ("tanh", .tanh),
    ]

    /// The names, sorted.
    static var names: [String] { named.map(\.name) }

    init?(name: String) {
        let name = name == "swish" ? "silu" : name
        guard let found = Self.named.first(where: { $0.name == name }) else { return nil }
        self = found.activation
    }

    /// The name, for an activation that has its usual parameters.
    var name: String { Self.named.first { $0.activation == self }?.name ?? "linear" }

    /// Adds its nodes behind `x`.
    func add(to graph: inout LayerGraph, _ x: Graph.ValueID) throws(GraphError) -> Graph.ValueID {
        switch self {
        case .linear: x
        case .relu: try graph.apply1("Relu", [x])
        case .relu6: graph.apply1(Clip(low: 0, high: 6), [x])
        case .leakyRelu(let slope): try graph.apply1("LeakyRelu", [x], ["alpha": .float(slope)])
        case .sigmoid: try graph.apply1("Sigmoid", [x])
        case .tanh: try graph.apply1("Tanh", [x])
        case .exponential: try graph.apply1("Exp", [x])
        case .silu: try graph.apply1("Mul", [x, try graph.apply1("Sigmoid", [x])])
        case .softmax: try graph.apply1("Softmax", [x], ["axis": .int(-1)])
        case .logSoftmax: try graph.apply1("LogSoftmax", [x], ["axis": .int(-1)])
        case .elu(let alpha): try graph.apply1("Elu", [x], ["alpha": .float(alpha)])
        case .selu: try graph.apply1("Selu", [x])
        case .gelu(let approximate):
            try graph.apply1("Gelu", [x], approximate ? ["approximate": .string("tanh")] : [:])
        case .softplus: try graph.apply1("Softplus", [x])
        case .softsign: try graph.apply1("Softsign", [x])
        // Keras 3: clip(x / 6 + 1/2, 0, 1).
        case .hardSigmoid: try graph.apply1("HardSigmoid", [x], ["alpha": .float(1 / 6), "beta": .float(0.5)])
        }
    }
}
