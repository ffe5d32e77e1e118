import Graphs
import JSON
import Tensors

/// `BatchNormalization` over all dimensions but one, the last unless `axis` says otherwise (Ioffe & Szegedy 2015).
struct BatchNormalizationLayer: Layer {
    /// Added to the variance; nil for what the convention has.
    let epsilon: Double?
    /// How much of the old statistics a training step keeps, as Keras counts it.
    let momentum: Double?
    /// The dimension of the channels as Keras counts it.
    let axis: Int
    /// Whether the normalised values are multiplied by a learned number for each channel, and one is added to them.
    let scales, centers: Bool
    let keepsSteps = true
    let hasChannels = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        epsilon = try fields.number("epsilon", in: 1e-12...1)
        momentum = try fields.number("momentum", in: 0...1)
        let axes = try fields.axes() ?? [-1]
        guard axes.count == 1 else { throw fields.error("axis", "one dimension", JSONValue(axes)) }
        axis = axes[0]
        scales = try fields.bool("scale") ?? true
        centers = try fields.bool("center") ?? true
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        if axis != -1 { members.append(JSONMember("axis", .integer(axis))) }
        if let epsilon { members.append(JSONMember("epsilon", .number(epsilon))) }
        if let momentum { members.append(JSONMember("momentum", .number(momentum))) }
        members.append("scale", scales, unless: true)
        members.append("center", centers, unless: true)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        let place = try context.sampleAxes([axis], of: input, "axis")[0]
        let channels = try context.fixed(input.sizes[place], "channels", of: input)
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
        op.learnsNothing = !scales && !centers
        let place = axis < 0 ? axis + graph.output.rank : axis - 1
        let channels = graph.output.sizes[place] ?? 1
        let scale = graph.parameter("weight") ?? graph.constant(Tensor.repeated(1, channels))
        let shift = graph.parameter("bias") ?? graph.constant(Tensor.repeated(0, channels))
        let statistics = [graph.parameter("running_mean"), graph.parameter("running_var")]
        return try graph.withAxesLast([place]) { graph, x throws(GraphError) in
            graph.apply1(op, [x, scale, shift] + statistics)
        }
    }
}
