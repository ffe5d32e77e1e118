import Graphs
import JSON
import Tensors

/// `Conv1D`, `Conv2D`, `Conv3D`, `DepthwiseConv1D` and `DepthwiseConv2D` over [steps, channels],
/// [height, width, channels] and [depth, height, width, channels].
struct ConvolutionLayer: Layer {
    /// Channels of the result; for a depthwise one, how many each channel of the input gives.
    enum Channels: Sendable {
        case filters(Int, groups: Int)
        case depthwise(multiplier: Int)
    }

    let window: LayerWindow
    let channels: Channels
    let activation: Activation
    let hasBias: Bool
    let kernelInitializer: String?
    let biasInitializer: String?
    let hasChannels = true

    /// Reads `Conv1D`, `Conv2D` or `Conv3D`.
    init(_ fields: inout JSONFields, rank: Int) throws(FieldError) {
        let filters = try fields.size("filters")
        let groups = try fields.integer("groups", in: 1...JSONFields.largestSize) ?? 1
        guard filters % groups == 0 else {
            throw fields.error("groups", "a divisor of \(filters) filters", .integer(groups))
        }
        channels = .filters(filters, groups: groups)
        window = try LayerWindow(convolution: &fields, rank: rank)
        activation = try fields.activation()
        hasBias = try fields.bool("use_bias") ?? true
        kernelInitializer = try fields.initializer("kernel_initializer")
        biasInitializer = try fields.initializer("bias_initializer")
    }

    /// Reads `DepthwiseConv1D` or `DepthwiseConv2D`.
    init(depthwise fields: inout JSONFields, rank: Int) throws(FieldError) {
        channels = .depthwise(multiplier: try fields.integer("depth_multiplier", in: 1...(1 << 10)) ?? 1)
        window = try LayerWindow(convolution: &fields, rank: rank)
        activation = try fields.activation()
        hasBias = try fields.bool("use_bias") ?? true
        kernelInitializer = try fields.initializer("depthwise_initializer")
        biasInitializer = try fields.initializer("bias_initializer")
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        var initializer = "kernel_initializer"
        switch channels {
        case .filters(let filters, let groups):
            members.append(JSONMember("filters", .integer(filters)))
            if groups != 1 { members.append(JSONMember("groups", .integer(groups))) }
        case .depthwise(let multiplier):
            members.append(JSONMember("depth_multiplier", .integer(multiplier)))
            initializer = "depthwise_initializer"
        }
        members += window.members("kernel_size")
        members.append(activation)
        members.append("use_bias", hasBias, unless: true)
        members.append(initializer, kernelInitializer)
        members.append("bias_initializer", biasInitializer)
        return members
    }

    /// Channels of the result and groups, for channels of the input.
    private func sizes(_ inputs: Int) -> (outputs: Int, groups: Int) {
        switch channels {
        case .filters(let filters, let groups): (filters, groups)
        case .depthwise(let multiplier): (inputs * multiplier, inputs)
        }
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.image(rank: window.rank)
        let inputs = try context.fixed(input.sizes[window.rank], "channels", of: input)
        let (outputs, groups) = sizes(inputs)
        guard inputs % groups == 0 else {
            throw FieldError(
                path: "\(context.path).groups", expected: "a divisor of \(inputs) channels", found: "\(groups)")
        }
        let spatial = try window.outputs(Array(input.sizes.dropLast()), context)
        var plan = LayerPlan(output: SampleShape(spatial + [outputs]))
        let (fanIn, fanOut) = fans(inputs: inputs, outputs: outputs, groups, context.convention)
        let shape = Shape([outputs, inputs / groups] + window.size)
        plan.parameters.append(
            ParameterSpec(
                context.parameter("weight"), shape, kernelInitializer ?? InitializerName.weight(context.convention),
                fanIn: fanIn, fanOut: fanOut, isWeight: true))
        plan.fileTensors.append(FileTensor(context.parameter("weight"), shape))
        if hasBias {
            plan.parameters.append(
                ParameterSpec(
                    context.parameter("bias"), [outputs],
                    biasInitializer ?? InitializerName.bias(context.convention), fanIn: fanIn, fanOut: fanOut,
                    isWeight: false))
            plan.fileTensors.append(FileTensor(context.parameter("bias"), [outputs]))
        }
        return plan
    }

    /// Both count the window's places. Keras takes a depthwise kernel for [height, width, channels, multiplier], PyTorch
    /// for one of as many groups as channels.
    private func fans(
        inputs: Int, outputs: Int, _ groups: Int, _ convention: InitializerConvention
    ) -> (fanIn: Int, fanOut: Int) {
        let places = window.size.reduce(1, *)
        if case .depthwise(let multiplier) = channels, convention == .keras {
            return (inputs * places, multiplier * places)
        }
        return (inputs / groups * places, outputs * places)
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let sizes = graph.shapes[0].sizes
        var attributes = window.attributes(Array(sizes.dropLast()))
        attributes["group"] = .int(self.sizes(sizes.last.flatMap(\.self) ?? 1).groups)
        let op = Conv(attributes: LayerGraph.attributes(attributes), layout: .channelsLast)
        let inputs = [graph.input, graph.parameter("weight")] + (hasBias ? [graph.parameter("bias")] : [])
        return try activation.add(to: &graph, graph.apply1(op, inputs))
    }
}
