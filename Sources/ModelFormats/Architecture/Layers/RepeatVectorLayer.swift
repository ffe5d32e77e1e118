import Graphs
import JSON
import Tensors

/// `RepeatVector`: a vector as each of `n` steps.
struct RepeatVectorLayer: Layer {
    let count: Int

    init(_ fields: inout JSONFields) throws(FieldError) { count = try fields.size("n") }

    var members: [JSONMember] { [JSONMember("n", .integer(count))] }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        LayerPlan(output: SampleShape([count] + (try context.input(rank: 1, "a vector [features]")).sizes))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let steps = try graph.apply1("Unsqueeze", [graph.input, graph.constant(Tensor([1], shape: [1]))])
        return graph.apply1(Expand(target: [.fixed(count), 1]), [steps])
    }
}
