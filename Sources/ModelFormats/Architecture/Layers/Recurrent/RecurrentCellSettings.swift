import Graphs
import JSON

/// The settings of a recurrent cell: what a recurrent layer does in one step.
struct RecurrentCellSettings: Sendable, Equatable {
    let kind: RecurrentKind
    let units: Int
    /// Of what goes into the state, and of what comes out of an LSTM's cell.
    let activation: CellActivation
    /// Of the gates.
    let recurrentActivation: CellActivation
    /// 0, 1 or 2; nil for what the convention has.
    let biasVectors: Int?
    /// Whether an LSTM's forget gates start with a bias of 1, as in Keras (Jozefowicz et al. 2015).
    let hasUnitForgetBias: Bool?
    let kernelInitializer: String?
    let recurrentInitializer: String?
    let biasInitializer: String?
    /// The share of the inputs, and of the hidden state, that Keras's training drops, the same in all steps.
    let dropout, recurrentDropout: Double

    /// The cell of one of Keras's layers or cells; nil for other names.
    static func kind(named name: String, suffix: String = "") -> RecurrentKind? {
        switch name {
        case "LSTM" + suffix: .lstm
        case "GRU" + suffix: .gru(resetsAfterProduct: true)
        case "SimpleRNN" + suffix: .rnn
        default: nil
        }
    }

    init(_ fields: inout JSONFields, _ kind: RecurrentKind) throws(FieldError) {
        var kind = kind
        if kind != .rnn, kind != .lstm {
            kind = .gru(resetsAfterProduct: try fields.bool("reset_after") ?? true)
        }
        self.kind = kind
        units = try fields.required("units", try fields.integer("units", in: 1...(1 << 14)))
        activation = try fields.cellActivation("activation") ?? .tanh
        recurrentActivation = kind == .rnn ? .sigmoid : try fields.cellActivation("recurrent_activation") ?? .sigmoid
        let hasBias = try fields.bool("use_bias") ?? true
        let vectors = try fields.integer("bias_vectors", in: (kind == .gru(resetsAfterProduct: true) ? 2 : 1)...2)
        biasVectors = hasBias ? vectors : 0
        hasUnitForgetBias = kind == .lstm ? try fields.bool("unit_forget_bias") : nil
        kernelInitializer = try fields.initializer("kernel_initializer")
        recurrentInitializer = try fields.initializer("recurrent_initializer")
        biasInitializer = try fields.initializer("bias_initializer")
        dropout = try fields.number("dropout", in: 0...0.999) ?? 0
        recurrentDropout = try fields.number("recurrent_dropout", in: 0...0.999) ?? 0
        // Ways of computing the same, and where random numbers come from.
        _ = try fields.integer("implementation", in: 0...2)
        _ = fields.value("seed")
    }

    var members: [JSONMember] {
        var members = [JSONMember("units", .integer(units))]
        if activation != .tanh { members.append("activation", activation.kerasName) }
        if recurrentActivation != .sigmoid { members.append("recurrent_activation", recurrentActivation.kerasName) }
        if kind == .gru(resetsAfterProduct: false) { members.append(JSONMember("reset_after", false)) }
        members.append("use_bias", biasVectors != 0, unless: true)
        if let biasVectors, biasVectors > 0 { members.append(JSONMember("bias_vectors", .integer(biasVectors))) }
        if let hasUnitForgetBias { members.append(JSONMember("unit_forget_bias", .bool(hasUnitForgetBias))) }
        members.append("kernel_initializer", kernelInitializer)
        members.append("recurrent_initializer", recurrentInitializer)
        members.append("bias_initializer", biasInitializer)
        if dropout > 0 { members.append(JSONMember("dropout", .number(dropout))) }
        if recurrentDropout > 0 { members.append(JSONMember("recurrent_dropout", .number(recurrentDropout))) }
        return members
    }

    /// The functions as ONNX counts them.
    var activations: [CellActivation] {
        switch kind {
        case .lstm: [recurrentActivation, activation, activation]
        case .gru: [recurrentActivation, activation]
        case .rnn: [activation]
        }
    }
}
