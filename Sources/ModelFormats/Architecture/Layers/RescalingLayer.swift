import Graphs
import JSON
import Tensors

/// `Rescaling`: x · scale + offset, each one number or one for each element of the last dimension.
struct RescalingLayer: Layer {
    let scale: [Double]
    let offset: [Double]
    let keepsSteps = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        scale = try fields.required("scale", try fields.numberOrList("scale"))
        offset = try fields.numberOrList("offset") ?? [0]
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        members.append("scale", scale)
        members.append("offset", offset)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        for list in [scale, offset] where list.count != 1 {
            guard list.count == input.sizes.last else { throw context.mismatch("\(list.count) channels", input) }
        }
        return LayerPlan(output: input)
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        var result = graph.input
        for (op, list, neutral) in [("Mul", scale, 1.0), ("Add", offset, 0.0)] where list != [neutral] {
            let constant = graph.constant(Tensor(list.map { Float($0) }, shape: [list.count]))
            result = try graph.apply1(op, [result, constant])
        }
        return result
    }
}
