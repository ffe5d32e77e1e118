import Graphs
import JSON
import Tensors

/// `LSTM`, `GRU` and `SimpleRNN` over [steps, features], in one or both directions.
///
/// The graph takes sequences batch first (ONNX's `layout` 1), which is what plans want: the last hidden state is the
/// operator's second output, so that nobody stores the others.
struct RecurrentLayer: Layer {
    let kind: RecurrentKind
    let units: Int
    let returnsSequences: Bool
    let isBidirectional: Bool
    /// 0, 1 or 2; nil for what the convention has.
    let biasVectors: Int?
    /// Whether an LSTM's forget gates start with a bias of 1, as in Keras (Jozefowicz et al. 2015).
    let hasUnitForgetBias: Bool?
    let kernelInitializer: String?
    let recurrentInitializer: String?
    let biasInitializer: String?

    init(_ fields: inout JSONFields, _ kind: RecurrentKind, isBidirectional: Bool? = nil) throws(FieldError) {
        var kind = kind
        if case .rnn = kind { kind = .rnn(try fields.choice("activation") ?? .tanh) }
        self.kind = kind
        units = try fields.required("units", try fields.integer("units", in: 1...(1 << 14)))
        returnsSequences = try fields.bool("return_sequences") ?? false
        let hasBothDirections = isBidirectional == nil ? try fields.bool("bidirectional") : isBidirectional
        self.isBidirectional = hasBothDirections ?? false
        let hasBias = try fields.bool("use_bias") ?? true
        let vectors = try fields.integer("bias_vectors", in: (kind == .gru ? 2 : 1)...2)
        biasVectors = hasBias ? vectors : 0
        hasUnitForgetBias = kind == .lstm ? try fields.bool("unit_forget_bias") : nil
        kernelInitializer = try fields.initializer("kernel_initializer")
        recurrentInitializer = try fields.initializer("recurrent_initializer")
        biasInitializer = try fields.initializer("bias_initializer")
    }

    var keepsSteps: Bool { returnsSequences }

    var members: [JSONMember] {
        var members = [JSONMember("units", .integer(units))]
        if case .rnn(let activation) = kind { members.append("activation", activation.rawValue) }
        members.append("return_sequences", returnsSequences, unless: false)
        members.append("bidirectional", isBidirectional, unless: false)
        members.append("use_bias", biasVectors != 0, unless: true)
        if let biasVectors, biasVectors > 0 { members.append(JSONMember("bias_vectors", .integer(biasVectors))) }
        if let hasUnitForgetBias { members.append(JSONMember("unit_forget_bias", .bool(hasUnitForgetBias))) }
        members.append("kernel_initializer", kernelInitializer)
        members.append("recurrent_initializer", recurrentInitializer)
        members.append("bias_initializer", biasInitializer)
        return members
    }

    private var directions: Int { isBidirectional ? 2 : 1 }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input(rank: 2, "a sequence [steps, features]")
        let features = try context.fixed(input.sizes[1], "features", of: input)
        let result = directions * units
        var plan = LayerPlan(output: returnsSequences ? [input.sizes[0], result] : [result])
        let sizes = RecurrentSizes(
            kind: kind, units: units, features: features, directions: directions,
            biasVectors: biasVectors ?? kind.biasVectors(context.convention))
        plan.parameters = parameters(sizes, context)
        plan.fileTensors = sizes.fileTensors(layer: context.name)
        return plan
    }

    private func parameters(_ sizes: RecurrentSizes, _ context: LayerContext) -> [ParameterSpec] {
        let isKeras = context.convention == .keras
        // PyTorch takes ±1/√units for all, which is its usual rule with so many inputs.
        let (input, recurrent) = (
            kernelInitializer ?? InitializerName.weight(context.convention),
            recurrentInitializer ?? (isKeras ? "orthogonal" : InitializerName.pytorchUniform)
        )
        var result = [
            sizes.weights(
                context.parameter("W"), columns: sizes.features, input,
                fanIn: input == InitializerName.pytorchUniform ? units : sizes.features),
            sizes.weights(context.parameter("R"), columns: units, recurrent, fanIn: units),
        ]
        if sizes.biasVectors > 0 {
            let forgets = hasUnitForgetBias ?? (isKeras && biasInitializer == nil && kind == .lstm)
            result.append(
                sizes.bias(
                    context.parameter("B"), biasInitializer ?? InitializerName.bias(context.convention),
                    hasUnitForgetBias: forgets))
        }
        return result
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        var attributes: [String: AttributeValue] = [
            "hidden_size": .int(units), "layout": .int(1),
            "direction": .string(isBidirectional ? "bidirectional" : "forward"),
        ]
        if kind == .gru { attributes["linear_before_reset"] = .int(1) }
        if case .rnn(let activation) = kind {
            attributes["activations"] = .strings(
                [String](repeating: activation == .tanh ? "Tanh" : "Relu", count: directions))
        }
        let op = try OperatorRegistry.make(
            kind.operatorName, domain: "", attributes: LayerGraph.attributes(attributes))
        var inputs = [graph.input, graph.parameter("W"), graph.parameter("R"), graph.parameter("B"), graph.lengths]
        while inputs.last == .some(nil) { inputs.removeLast() }
        let results = graph.apply(op, inputs, outputCount: returnsSequences ? 1 : 2)
        if returnsSequences { return try graph.reshaped(results[0], to: graph.output) }
        graph.drop(output: 0)
        return try graph.reshaped(results[1], to: graph.output)
    }
}
