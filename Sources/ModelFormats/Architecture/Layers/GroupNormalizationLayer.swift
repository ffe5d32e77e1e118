import Graphs
import JSON
import Tensors

/// `GroupNormalization`: each sample normalised over groups of its channels (Wu & He 2018).
struct GroupNormalizationLayer: Layer {
    let hasChannels = true
    let keepsSteps = true
    /// -1 for as many as channels.
    let groups: Int
    /// As Keras counts it.
    let axis: Int
    /// Added to the variance; nil for what the convention has.
    let epsilon: Double?
    let scales, centers: Bool

    init(_ fields: inout JSONFields) throws(FieldError) {
        groups = try fields.integer("groups", in: -1...JSONFields.largestSize) ?? 32
        guard groups != 0 else { throw fields.error("groups", "-1 or at least 1", .integer(0)) }
        axis = try fields.integer("axis", in: -8...8) ?? -1
        epsilon = try fields.number("epsilon", in: 1e-12...1)
        scales = try fields.bool("scale") ?? true
        centers = try fields.bool("center") ?? true
    }

    var members: [JSONMember] {
        var members = [JSONMember("groups", .integer(groups))]
        if axis != -1 { members.append(JSONMember("axis", .integer(axis))) }
        if let epsilon { members.append(JSONMember("epsilon", .number(epsilon))) }
        members.append("scale", scales, unless: true)
        members.append("center", centers, unless: true)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        let place = try context.sampleAxes([axis], of: input, "axis")[0]
        let channels = try context.fixed(input.sizes[place], "channels", of: input)
        guard groups < 0 || channels % groups == 0 else {
            throw FieldError(
                path: "\(context.path).groups", expected: "a divisor of \(channels) channels", found: "\(groups)")
        }
        var plan = LayerPlan(output: input)
        for (name, initializer, isThere) in [("weight", "ones", scales), ("bias", "zeros", centers)] where isThere {
            plan.add(
                context.parameter(name), [channels], initializer, fanIn: channels, fanOut: channels, isWeight: false)
        }
        return plan
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let place = axis < 0 ? axis + graph.output.rank : axis - 1
        let channels = graph.output.sizes[place] ?? 1
        let op = GroupNormalization(
            groups: groups < 0 ? channels : groups,
            epsilon: Float(epsilon ?? (graph.convention == .keras ? 1e-3 : 1e-5)), layout: .channelsLast)
        let scale = graph.parameter("weight") ?? graph.constant(Tensor.repeated(1, channels))
        let shift = graph.parameter("bias") ?? graph.constant(Tensor.repeated(0, channels))
        return try graph.withAxesLast([place]) { graph, x throws(GraphError) in graph.apply1(op, [x, scale, shift]) }
    }
}

extension Tensor {
    /// A vector of one number.
    static func repeated(_ value: Float, _ count: Int) -> Tensor {
        Tensor([Float](repeating: value, count: count), shape: [count])
    }
}
