import Graphs
import JSON

/// `Flatten`: all dimensions of a sample as one, the last one running fastest.
struct FlattenLayer: Layer {
    let members: [JSONMember] = []

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        guard let count = input.elementCount else { throw context.mismatch("known sizes", input) }
        return LayerPlan(output: [count])
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        try graph.apply1("Flatten", [graph.input], ["axis": .int(1)])
    }
}
