import Graphs
import Tensors

/// An elementwise function (or softmax over the last axis) by the name that Keras gives it.
enum Activation: Sendable, Equatable {
    case linear
    case relu, relu6, leakyRelu(slope: Float), elu(alpha: Float), celu(alpha: Float), selu, gelu(approximate: Bool),
        softplus, softsign, exponential, mish, squareplus, sparsePlus
    case sigmoid, tanh, silu, softmax, logSoftmax, logSigmoid
    /// Limited to 0...1: slope · x + 1/2. Keras 3's slope is 1/6, Keras 2's was 1/5.
    case hardSigmoid(slope: Float)
    case hardTanh, hardSilu, hardShrink, softShrink, tanhShrink
    /// The first half of the last axis times the sigmoid of the second.
    case glu

    private static let named: [(name: String, activation: Activation)] = [
        ("celu", .celu(alpha: 1)), ("elu", .elu(alpha: 1)), ("exponential", .exponential),
        ("gelu", .gelu(approximate: false)), ("glu", .glu), ("hard_shrink", .hardShrink),
        ("hard_sigmoid", .hardSigmoid(slope: 1 / 6)), ("hard_sigmoid_keras2", .hardSigmoid(slope: 0.2)),
        ("hard_silu", .hardSilu), ("hard_tanh", .hardTanh), ("leaky_relu", .leakyRelu(slope: 0.2)),
        ("linear", .linear), ("log_sigmoid", .logSigmoid), ("log_softmax", .logSoftmax), ("mish", .mish),
        ("relu", .relu), ("relu6", .relu6), ("selu", .selu), ("sigmoid", .sigmoid), ("silu", .silu),
        ("soft_shrink", .softShrink), ("softmax", .softmax), ("softplus", .softplus), ("softsign", .softsign),
        ("sparse_plus", .sparsePlus), ("sparse_sigmoid", .hardSigmoid(slope: 0.5)), ("squareplus", .squareplus),
        ("tanh", .tanh), ("tanh_shrink", .tanhShrink),
    ]

    /// Second names.
    private static let aliases = ["swish": "silu", "hard_swish": "hard_silu"]

    /// The names, sorted.
    static var names: [String] { named.map(\.name) }

    init?(name: String) {
        let name = Self.aliases[name] ?? name
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
        case .celu(let alpha): try graph.apply1("Celu", [x], ["alpha": .float(alpha)])
        case .selu: try graph.apply1("Selu", [x])
        case .gelu(let approximate):
            try graph.apply1("Gelu", [x], approximate ? ["approximate": .string("tanh")] : [:])
        case .softplus: try graph.apply1("Softplus", [x])
        case .softsign: try graph.apply1("Softsign", [x])
        case .mish: try graph.apply1("Mish", [x])
        case .hardSigmoid(let slope):
            try graph.apply1("HardSigmoid", [x], ["alpha": .float(slope), "beta": .float(0.5)])
        case .hardTanh: graph.apply1(Clip(low: -1, high: 1), [x])
        case .hardSilu: try graph.apply1("HardSwish", [x])
        case .hardShrink: try graph.apply1("Shrink", [x], ["lambd": .float(0.5), "bias": .float(0)])
        case .softShrink: try graph.apply1("Shrink", [x], ["lambd": .float(0.5), "bias": .float(0.5)])
        case .tanhShrink: try graph.apply1("Sub", [x, try graph.apply1("Tanh", [x])])
        case .logSigmoid, .squareplus, .sparsePlus, .glu: try addFormula(to: &graph, x)
        }
    }

    /// Those that take several operators.
    private func addFormula(to graph: inout LayerGraph, _ x: Graph.ValueID) throws(GraphError) -> Graph.ValueID {
        func number(_ value: Float) -> Graph.ValueID { graph.constant(Tensor([value], shape: [1])) }
        switch self {
        case .logSigmoid:
            let positive = try graph.apply1("Softplus", [graph.apply1("Neg", [x])])
            return try graph.apply1("Neg", [positive])
        case .squareplus:
            // (x + √(x² + 4)) / 2
            let square = try graph.apply1("Add", [graph.apply1("Mul", [x, x]), number(4)])
            let sum = try graph.apply1("Add", [x, graph.apply1("Sqrt", [square])])
            return try graph.apply1("Mul", [sum, number(0.5)])
        case .sparsePlus:
            // With c = x limited to -1...1: ((c + 1) / 2)² + relu(x − 1).
            let limited = graph.apply1(Clip(low: -1, high: 1), [x])
            let half = try graph.apply1("Mul", [graph.apply1("Add", [limited, number(1)]), number(0.5)])
            let beyond = try graph.apply1("Relu", [graph.apply1("Sub", [x, number(1)])])
            return try graph.apply1("Add", [graph.apply1("Mul", [half, half]), beyond])
        case .glu:
            let width = (graph.shapes[0].sizes.last.flatMap(\.self) ?? 2) / 2
            func part(_ start: Int) throws(GraphError) -> Graph.ValueID {
                let bounds = [start, start + width, -1].map { graph.constant(Tensor([$0], shape: [1])) }
                return try graph.apply1("Slice", [x] + bounds)
            }
            let gate = try graph.apply1("Sigmoid", [part(width)])
            return try graph.apply1("Mul", [part(0), gate])
        default: return x
        }
    }
}
