import Graphs
import JSON
import Tensors

/// `BatchNormalization` over the last dimension (Ioffe & Szegedy 2015).
struct BatchNormalizationLayer: Layer {
    /// Added to the variance; nil for what the convention has.
    let epsilon: Double?
    /// How much of the old statistics a training step keeps, as Keras counts it.
    let momentum: Double?
    /// Whether the normalised values are multiplied by a learned number for each channel, and one is added to them.
    let scales, centers: Bool
    let keepsSteps = true
    let hasChannels = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        epsilon = try fields.number("epsilon", in: 1e-12...1)
        momentum = try fields.number("momentum", in: 0...1)
        scales = try fields.bool("scale") ?? true
        centers = try fields.bool("center") ?? true
        // Training would take a layer with nothing to learn for a frozen one, and never measure its statistics.
        guard scales || centers else { throw fields.error("center", "true, as scale is false", .bool(false)) }
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        if let epsilon { members.append(JSONMember("epsilon", .number(epsilon))) }
        if let momentum { members.append(JSONMember("momentum", .number(momentum))) }
        members.append("scale", scales, unless: true)
        members.append("center", centers, unless: true)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        guard (1...3).contains(input.rank) else { throw context.mismatch("one to three dimensions", input) }
        let channels = try context.fixed(input.sizes[input.rank - 1], "a last dimension", of: input)
        var plan = LayerPlan(output: input)
        for (name, initializer, isTrainable, isThere) in [
            ("weight", "ones", true, scales), ("bias", "zeros", true, centers), ("running_mean", "zeros", false, true),
            ("running_var", "ones", false, true),
        ] where isThere {
            plan.parameters.append(
                ParameterSpec(
                    context.parameter(name), [channels], initializer, fanIn: channels, fanOut: channels,
                    isTrainable: isTrainable, isWeight: false))
            plan.fileTensors.append(FileTensor(context.parameter(name), [channels]))
        }
        return plan
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let isKeras = graph.convention == .keras
        var op = try BatchNormalization(
            attributes: LayerGraph.attributes([
                "epsilon": .float(Float(epsilon ?? (isKeras ? 1e-3 : 1e-5))),
                "momentum": .float(Float(momentum ?? (isKeras ? 0.99 : 0.9))),
            ]))
        op.layout = .channelsLast
        let channels = graph.output.sizes.last.flatMap(\.self) ?? 1
        func fixed(_ value: Float) -> Graph.ValueID {
            graph.constant(Tensor([Float](repeating: value, count: channels), shape: [channels]))
        }
        let scale = graph.parameter("weight") ?? fixed(1)
        let shift = graph.parameter("bias") ?? fixed(0)
        let statistics = [graph.parameter("running_mean"), graph.parameter("running_var")]
        return graph.apply1(op, [graph.input, scale, shift] + statistics)
    }
}
