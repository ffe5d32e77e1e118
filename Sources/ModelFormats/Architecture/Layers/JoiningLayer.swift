import Graphs
import JSON
import Tensors

/// `Add`, `Subtract`, `Multiply`, `Average`, `Maximum` and `Minimum` of the layers that `inputs` name, element by element;
/// sizes of 1 stretch, and shapes of fewer dimensions get some of size 1 behind the batch.
struct JoiningLayer: Layer {
    enum Kind: String, Sendable {
        case add = "Add"
        case subtract = "Sub"
        case multiply = "Mul"
        case average = "Mean"
        case maximum = "Max"
        case minimum = "Min"
    }

    let kind: Kind
    let joining: MaskJoining
    let keepsSteps = true
    let joinsSteps = true

    init(_ fields: inout JSONFields, _ kind: Kind) throws(FieldError) {
        self.kind = kind
        joining = try MaskJoining(&fields)
    }

    var members: [JSONMember] { joining.members }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        guard kind == .subtract ? context.inputs.count == 2 : context.inputs.count >= 2 else {
            throw FieldError(
                path: "\(context.path).inputs", expected: kind == .subtract ? "two names" : "at least two names",
                found: "\(context.inputs.count)")
        }
        let rank = context.inputs.map(\.rank).max() ?? 0
        var result = Self.widened(context.inputs[0], to: rank).sizes
        for (index, shape) in context.inputs.enumerated() {
            for (axis, size) in Self.widened(shape, to: rank).sizes.enumerated() where size != result[axis] && size != 1
            {
                guard result[axis] == 1 else {
                    throw FieldError(
                        path: "\(context.path).inputs[\(index)]",
                        expected: "a shape that stretches with that of the first, \(context.inputs[0])",
                        found: "\(shape)")
                }
                result[axis] = size
            }
        }
        return LayerPlan(output: SampleShape(result))
    }

    /// A shape with as many sizes of 1 before it as it takes.
    private static func widened(_ shape: SampleShape, to rank: Int) -> SampleShape {
        SampleShape([Int?](repeating: 1, count: rank - shape.rank) + shape.sizes)
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        var inputs = graph.inputs
        for index in inputs.indices where graph.shapes[index].rank < graph.output.rank {
            let axes = Array(1...(graph.output.rank - graph.shapes[index].rank))
            let places = graph.constant(Tensor(axes, shape: [axes.count]))
            inputs[index] = try graph.apply1("Unsqueeze", [inputs[index], places])
        }
        let masks = graph.masks
        graph.mask = try joining.mask(&graph)
        if joining == .any, masks.contains(where: { $0 != nil }) {
            switch kind {
            case .multiply: inputs = try withOnes(inputs, masks, &graph)
            case .maximum, .minimum: return try choose(inputs, masks, &graph)
            case .add, .subtract, .average: break
            }
        }
        guard kind == .add || kind == .multiply else { return try graph.apply1(kind.rawValue, inputs) }
        var result = inputs[0]
        for input in inputs.dropFirst() { result = try graph.apply1(kind.rawValue, [result, input]) }
        guard joining == .any, kind == .multiply, let mask = graph.mask else { return result }
        // What counts nowhere is 0.
        return try graph.apply1("Where", [try wide(mask, result, &graph), result, number(0, &graph)])
    }

    private func number(_ value: Float, _ graph: inout LayerGraph) -> Graph.ValueID {
        graph.constant(Tensor([value], shape: []))
    }

    /// A mask that stretches to the result.
    private func wide(
        _ mask: LayerMask, _ input: Graph.ValueID, _ graph: inout LayerGraph
    ) throws(GraphError) -> Graph.ValueID {
        try graph.widened(graph.steps(of: mask, like: input), to: graph.output.rank)
    }

    /// Factors with 1 where they do not count.
    private func withOnes(
        _ inputs: [Graph.ValueID], _ masks: [LayerMask?], _ graph: inout LayerGraph
    ) throws(GraphError) -> [Graph.ValueID] {
        var result = inputs
        for (index, mask) in masks.enumerated() {
            guard let mask else { continue }
            let condition = try wide(mask, inputs[index], &graph)
            result[index] = try graph.apply1("Where", [condition, inputs[index], number(1, &graph)])
        }
        return result
    }

    /// The largest or smallest of what counts, as Keras takes in one input after another: where one of two does not count,
    /// the other one stands for it.
    private func choose(
        _ inputs: [Graph.ValueID], _ masks: [LayerMask?], _ graph: inout LayerGraph
    ) throws(GraphError) -> Graph.ValueID {
        var result = inputs[0]
        var resultMask: Graph.ValueID?
        if let mask = masks[0] { resultMask = try wide(mask, result, &graph) }
        for (input, mask) in zip(inputs, masks).dropFirst() {
            var own = input
            var condition: Graph.ValueID?
            if let mask { condition = try wide(mask, input, &graph) }
            if let condition { own = try graph.apply1("Where", [condition, input, result]) }
            if let resultMask { result = try graph.apply1("Where", [resultMask, result, own]) }
            if let one = condition, let other = resultMask {
                resultMask = try graph.apply1("Max", [one, other])
            } else {
                resultMask = nil
            }
            result = try graph.apply1(kind.rawValue, [result, own])
        }
        return result
    }
}
