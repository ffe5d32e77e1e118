import Graphs
import JSON
import Tensors

/// `Concatenate`: the layers that `inputs` name, one after another along a dimension.
struct ConcatenateLayer: Layer {
    /// As Keras counts dimensions, the batch included; negative from the end.
    let axis: Int
    /// Of features; along the steps, the masks follow each other.
    let joining: MaskJoining
    let keepsSteps = true
    let joinsSteps = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        axis = try fields.integer("axis", in: -8...8) ?? -1
        joining = try MaskJoining(&fields)
    }

    var members: [JSONMember] { [JSONMember("axis", .integer(axis))] + joining.members }

    /// The dimension of a sample.
    private func place(_ rank: Int) -> Int { axis < 0 ? axis + rank : axis - 1 }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        guard context.inputs.count >= 2 else {
            throw FieldError(
                path: "\(context.path).inputs", expected: "at least two names", found: "\(context.inputs.count)")
        }
        let first = context.inputs[0]
        let place = place(first.rank)
        guard first.sizes.indices.contains(place) else {
            throw FieldError(
                path: "\(context.path).axis", expected: "a dimension of \(first) after the batch", found: "\(axis)")
        }
        var sizes = first.sizes
        var total = 0
        for (index, shape) in context.inputs.enumerated() {
            guard shape.rank == first.rank, let size = shape.sizes[place],
                sizes.indices.allSatisfy({ $0 == place || shape.sizes[$0] == sizes[$0] })
            else {
                throw FieldError(
                    path: "\(context.path).inputs[\(index)]",
                    expected: "the shape of the first, \(first), but for dimension \(axis), of known size",
                    found: "\(shape)")
            }
            total += size
        }
        sizes[place] = total
        return LayerPlan(output: SampleShape(sizes))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        graph.mask = try joinedMask(&graph)
        return graph.apply1(Concat(axis: axis), graph.inputs)
    }

    /// Along the steps, the masks follow each other, and what has none counts.
    private func joinedMask(_ graph: inout LayerGraph) throws(GraphError) -> LayerMask? {
        let rank = graph.output.rank
        guard rank >= 2, graph.masks.contains(where: { $0 != nil }) else { return nil }
        guard place(rank) == 0 else { return try joining.mask(&graph) }
        var parts: [Graph.ValueID] = []
        for (index, input) in graph.inputs.enumerated() {
            // Nothing differs from a number that is none, so that this counts every step.
            let all = LayerMask.steps(graph.apply1(StepMask(padding: .nan), [input]))
            parts.append(graph.steps(of: graph.masks[index] ?? all, like: input))
        }
        return .steps(graph.apply1(Concat(axis: 1), parts))
    }
}
