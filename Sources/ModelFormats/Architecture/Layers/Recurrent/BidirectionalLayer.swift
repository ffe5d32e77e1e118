import Graphs
import JSON

/// `Bidirectional` as Keras writes it, `{"type": "Bidirectional", "layer": {"type": "LSTM", "units": 8}}`: a recurrent
/// layer over the steps forwards, another one backwards, and how their outputs become one.
struct BidirectionalLayer: Layer {
    /// How the outputs of both directions are joined.
    enum MergeMode: String, Sendable, CaseIterable {
        case concat, sum, mul, ave
        /// Not at all: they are two results.
        case none
    }

    private let type: String
    private let forward: RecurrentLayer
    private let mergeMode: MergeMode
    /// A layer of its own for the way back; nil for another of the same settings.
    private let givenBackward: (type: String, layer: RecurrentLayer)?

    init(_ fields: inout JSONFields) throws(FieldError) {
        mergeMode = try fields.choice("merge_mode") ?? .concat
        guard var inner = try fields.fields("layer") else {
            throw FieldError(path: fields.path(of: "layer"), expected: "a recurrent layer", found: "none")
        }
        (type, forward) = try Self.layer(&inner)
        guard var inner = try fields.fields("backward_layer") else {
            givenBackward = nil
            return
        }
        let (type, backward) = try Self.layer(&inner)
        guard backward.goesBackwards != forward.goesBackwards else {
            throw inner.error("go_backwards", "not that of the other layer", .bool(backward.goesBackwards))
        }
        guard backward.returnsSequences == forward.returnsSequences, backward.returnsState == forward.returnsState
        else {
            throw FieldError(
                path: fields.path(of: "backward_layer"),
                expected: "the same return_sequences and return_state as layer",
                found: "others")
        }
        givenBackward = (type, backward)
    }

    private static func layer(_ fields: inout JSONFields) throws(FieldError) -> (String, RecurrentLayer) {
        let type = try fields.required("type", try fields.string("type"))
        _ = try fields.string("name")
        let layer: RecurrentLayer
        if let kind = RecurrentCellSettings.kind(named: type) {
            layer = try RecurrentLayer(&fields, kind)
        } else if type == "RNN" {
            layer = try RecurrentLayer(cells: &fields)
        } else {
            throw fields.error("type", "\"GRU\", \"LSTM\", \"RNN\" or \"SimpleRNN\"", .string(type))
        }
        guard !layer.isBidirectional, layer.form != .layer || layer.cells.count == 1 else {
            throw fields.error(
                layer.isBidirectional ? "bidirectional" : "num_layers", "none inside of Bidirectional",
                layer.isBidirectional ? .bool(true) : .integer(layer.cells.count))
        }
        try fields.finish()
        return (type, layer)
    }

    var keepsSteps: Bool { forward.returnsSequences }

    var members: [JSONMember] {
        func inner(_ type: String, _ layer: RecurrentLayer) -> JSONValue {
            .object([JSONMember("type", .string(type))] + layer.members)
        }
        var members = [JSONMember("layer", inner(type, forward))]
        if let givenBackward {
            members.append(JSONMember("backward_layer", inner(givenBackward.type, givenBackward.layer)))
        }
        if mergeMode != .concat { members.append("merge_mode", mergeMode.rawValue) }
        return members
    }

    /// Whether one operator does both directions.
    private var isOneOperator: Bool {
        guard forward.cells.count == 1, mergeMode == .concat, !forward.goesBackwards else { return false }
        return givenBackward == nil || givenBackward?.layer.cells == forward.cells
    }

    /// The cells that walk each way, or one stack for both.
    private var stacks: [RecurrentStack] {
        func stack(
            _ layer: RecurrentLayer, _ directions: RecurrentLevel.Directions, isBackward: Bool = false
        ) -> RecurrentStack {
            RecurrentStack(
                cells: layer.cells, directions: directions, returnsSequences: layer.returnsSequences,
                returnsState: layer.returnsState, isBackwardLayer: isBackward)
        }
        if isOneOperator { return [stack(forward, .both)] }
        let backward = givenBackward?.layer ?? forward
        return [
            stack(forward, forward.goesBackwards ? .reverse : .forward),
            stack(backward, forward.goesBackwards ? .forward : .reverse, isBackward: true),
        ]
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        if givenBackward == nil, forward.goesBackwards {
            throw FieldError(
                path: "\(context.path).layer.go_backwards", expected: "false without a backward_layer", found: "true")
        }
        let stacks = stacks
        var plan = LayerPlan(output: [])
        var states = context.inputs.dropFirst()
        for stack in stacks {
            let own = Array(states.prefix(stack.stateShapes.count))
            states = states.dropFirst(own.count)
            _ = try stack.add(to: &plan, context, states: own)
        }
        let widths = stacks.map(\.width)
        guard states.isEmpty, mergeMode == .concat || mergeMode == .none || Set(widths).count == 1 else {
            throw FieldError(
                path: "\(context.path).layer", expected: "as many units in both directions and no more inputs",
                found: "\(widths) units and \(states.count) inputs more")
        }
        func shape(_ width: Int) -> SampleShape {
            forward.returnsSequences ? [context.inputs[0].sizes[0], width] : [width]
        }
        plan.output = shape(mergeMode == .concat ? widths.reduce(0, +) : widths[0])
        if mergeMode == .none { plan.others.append(shape(widths[1])) }
        if forward.returnsState { plan.others += stacks.flatMap(\.stateShapes) }
        return plan
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        var states = graph.inputs.dropFirst()
        var outputs: [Graph.ValueID] = []
        var last: [Graph.ValueID] = []
        for stack in stacks {
            let own = Array(states.prefix(stack.stateShapes.count))
            states = states.dropFirst(own.count)
            // Keras zeroes masked outputs of sequences here, whatever the layers say.
            let results = try stack.add(to: &graph, states: own, zeroesMaskedOutput: forward.returnsSequences)
            let isTurned = forward.goesBackwards && forward.returnsSequences
            outputs.append(isTurned ? graph.reversedSteps(results.output) : results.output)
            last += results.states
        }
        if mergeMode == .none {
            graph.others = [outputs[1]] + last
            return outputs[0]
        }
        graph.others = last
        return outputs.count == 1 ? outputs[0] : try merged(outputs, &graph)
    }

    private func merged(_ outputs: [Graph.ValueID], _ graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        switch mergeMode {
        case .concat: graph.apply1(Concat(axis: -1), outputs)
        case .mul: try graph.apply1("Mul", outputs)
        case .ave: try graph.apply1("Mean", outputs)
        case .sum, .none: try graph.apply1("Add", outputs)
        }
    }
}
