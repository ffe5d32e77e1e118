import Graphs
import JSON
import Tensors

/// `Conv1DTranspose`, `Conv2DTranspose` and `Conv3DTranspose`: a convolution backwards, which makes images larger.
struct TransposedConvolutionLayer: Layer {
    let hasChannels = true
    let filters: Int
    let groups: Int
    let window: LayerWindow
    /// Elements more at the end; nil for what the padding makes of it.
    let outputPadding: [Int]?
    let activation: Activation
    let hasBias: Bool
    let kernelInitializer: String?
    let biasInitializer: String?

    init(_ fields: inout JSONFields, rank: Int) throws(FieldError) {
        filters = try fields.size("filters")
        groups = try fields.integer("groups", in: 1...JSONFields.largestSize) ?? 1
        guard filters % groups == 0 else {
            throw fields.error("groups", "a divisor of \(filters) filters", .integer(groups))
        }
        window = try LayerWindow(convolution: &fields, rank: rank)
        guard window.padding != .causal else {
            throw fields.error("padding", "\"valid\", \"same\" or numbers", .string("causal"))
        }
        outputPadding = try fields.sizes("output_padding", rank: rank, from: 0)
        activation = try fields.activation()
        hasBias = try fields.bool("use_bias") ?? true
        kernelInitializer = try fields.initializer("kernel_initializer")
        biasInitializer = try fields.initializer("bias_initializer")
    }

    var members: [JSONMember] {
        var members = [JSONMember("filters", .integer(filters))]
        if groups != 1 { members.append(JSONMember("groups", .integer(groups))) }
        members += window.members("kernel_size")
        if let outputPadding { members.append("output_padding", outputPadding) }
        members.append(activation)
        members.append("use_bias", hasBias, unless: true)
        members.append("kernel_initializer", kernelInitializer)
        members.append("bias_initializer", biasInitializer)
        return members
    }

    /// How much is taken away before and after one dimension, and how much added at its end, of the
    /// (size − 1) · stride + reach elements that the windows cover. Keras's "same" without `output_padding` is
    /// size · stride long, with it (size − 1) · stride + kernel % 2 + `output_padding`.
    private func ends(_ axis: Int) -> (before: Int, after: Int, added: Int) {
        let (stride, given) = (window.strides[axis], outputPadding?[axis])
        let reach = window.dilation[axis] * (window.size[axis] - 1) + 1
        switch window.padding {
        case .explicit(let pads): return (pads[axis], pads[axis], given ?? 0)
        case .same:
            let total = reach - (given.map { reach % 2 + $0 } ?? stride)
            return total < 0 ? (0, 0, -total) : (total / 2, total - total / 2, 0)
        case .valid, .causal: return (0, 0, given ?? max(0, stride - reach))
        }
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.image(rank: window.rank)
        let inputs = try context.fixed(input.sizes[window.rank], "channels", of: input)
        guard inputs % groups == 0 else {
            throw FieldError(
                path: "\(context.path).groups", expected: "a divisor of \(inputs) channels", found: "\(groups)")
        }
        var spatial: [Int?] = []
        for (axis, size) in input.sizes.dropLast().enumerated() {
            let (before, after, added) = ends(axis)
            let reach = window.dilation[axis] * (window.size[axis] - 1) + 1
            let output = size.map { ($0 - 1) * window.strides[axis] + reach + added - before - after }
            guard output ?? 1 >= 1 else { throw context.mismatch("an image of which something is left", input) }
            spatial.append(output)
        }
        var plan = LayerPlan(output: SampleShape(spatial + [filters]))
        let places = window.size.reduce(1, *)
        let fanIn = filters / groups * places
        let weight = Shape([inputs, filters / groups] + window.size)
        plan.add(
            context.parameter("weight"), weight, kernelInitializer ?? InitializerName.weight(context.convention),
            fanIn: fanIn, fanOut: inputs * places, isWeight: true)
        if hasBias {
            plan.add(
                context.parameter("bias"), [filters], biasInitializer ?? InitializerName.bias(context.convention),
                fanIn: fanIn, fanOut: inputs * places, isWeight: false)
        }
        return plan
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let ends = (0..<window.rank).map { self.ends($0) }
        var attributes: [String: AttributeValue] = [
            "kernel_shape": .ints(window.size), "strides": .ints(window.strides), "group": .int(groups),
            "pads": .ints(ends.map(\.before) + ends.map(\.after)), "output_padding": .ints(ends.map(\.added)),
        ]
        if window.dilation.contains(where: { $0 != 1 }) { attributes["dilations"] = .ints(window.dilation) }
        let op = ConvTranspose(attributes: LayerGraph.attributes(attributes), layout: .channelsLast)
        let inputs = [graph.input, graph.parameter("weight")] + (hasBias ? [graph.parameter("bias")] : [])
        return try activation.add(to: &graph, graph.apply1(op, inputs))
    }
}

extension LayerPlan {
    /// Adds a parameter that the file has as the graph does.
    mutating func add(
        _ name: String, _ shape: Shape, _ initializer: String, fanIn: Int, fanOut: Int, isTrainable: Bool = true,
        isWeight: Bool
    ) {
        parameters.append(
            ParameterSpec(
                name, shape, initializer, fanIn: fanIn, fanOut: fanOut, isTrainable: isTrainable, isWeight: isWeight))
        fileTensors.append(FileTensor(name, shape))
    }
}
