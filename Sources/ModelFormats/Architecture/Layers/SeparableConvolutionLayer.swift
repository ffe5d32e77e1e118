import Graphs
import JSON
import Tensors

/// `SeparableConv1D` and `SeparableConv2D`: a convolution of each channel by itself, and then one of window 1 over all of
/// them.
struct SeparableConvolutionLayer: Layer {
    let hasChannels = true
    let filters: Int
    let multiplier: Int
    let window: LayerWindow
    let activation: Activation
    let hasBias: Bool
    let depthwiseInitializer, pointwiseInitializer, biasInitializer: String?

    init(_ fields: inout JSONFields, rank: Int) throws(FieldError) {
        filters = try fields.size("filters")
        multiplier = try fields.integer("depth_multiplier", in: 1...(1 << 10)) ?? 1
        window = try LayerWindow(convolution: &fields, rank: rank)
        activation = try fields.activation()
        hasBias = try fields.bool("use_bias") ?? true
        depthwiseInitializer = try fields.initializer("depthwise_initializer")
        pointwiseInitializer = try fields.initializer("pointwise_initializer")
        biasInitializer = try fields.initializer("bias_initializer")
    }

    var members: [JSONMember] {
        var members = [JSONMember("filters", .integer(filters)), JSONMember("depth_multiplier", .integer(multiplier))]
        members += window.members("kernel_size")
        members.append(activation)
        members.append("use_bias", hasBias, unless: true)
        members.append("depthwise_initializer", depthwiseInitializer)
        members.append("pointwise_initializer", pointwiseInitializer)
        members.append("bias_initializer", biasInitializer)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.image(rank: window.rank)
        let inputs = try context.fixed(input.sizes[window.rank], "channels", of: input)
        let spatial = try window.outputs(Array(input.sizes.dropLast()), context)
        var plan = LayerPlan(output: SampleShape(spatial + [filters]))
        let (between, places) = (inputs * multiplier, window.size.reduce(1, *))
        let usual = InitializerName.weight(context.convention)
        let isKeras = context.convention == .keras
        plan.add(
            context.parameter("depthwise.weight"), Shape([between, 1] + window.size), depthwiseInitializer ?? usual,
            fanIn: isKeras ? inputs * places : places, fanOut: isKeras ? multiplier * places : between * places,
            isWeight: true)
        plan.add(
            context.parameter("pointwise.weight"), Shape([filters, between] + window.size.map { _ in 1 }),
            pointwiseInitializer ?? usual, fanIn: between, fanOut: filters, isWeight: true)
        if hasBias {
            plan.add(
                context.parameter("bias"), [filters], biasInitializer ?? InitializerName.bias(context.convention),
                fanIn: between, fanOut: filters, isWeight: false)
        }
        return plan
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let sizes = graph.shapes[0].sizes
        var attributes = window.attributes(Array(sizes.dropLast()))
        attributes["group"] = .int(sizes.last.flatMap(\.self) ?? 1)
        let depthwise = Conv(attributes: LayerGraph.attributes(attributes), layout: .channelsLast)
        let pointwise = Conv(attributes: LayerGraph.attributes([:]), layout: .channelsLast)
        let between = graph.apply1(depthwise, [graph.input, graph.parameter("depthwise.weight")])
        let inputs = [between, graph.parameter("pointwise.weight")] + (hasBias ? [graph.parameter("bias")] : [])
        return try activation.add(to: &graph, graph.apply1(pointwise, inputs))
    }
}
