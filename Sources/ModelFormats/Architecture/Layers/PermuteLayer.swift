import Graphs
import JSON

/// `Permute`: the dimensions of a sample in another order, counted from 1.
struct PermuteLayer: Layer {
    let dimensions: [Int]

    init(_ fields: inout JSONFields) throws(FieldError) {
        let dims = try fields.required("dims", try fields.integers("dims", in: 1...8))
        guard dims.sorted() == Array(1..<(dims.count + 1)) else {
            throw fields.error("dims", "each dimension from 1 on once", JSONValue(dims))
        }
        dimensions = dims
    }

    var members: [JSONMember] { [JSONMember("dims", JSONValue(dimensions))] }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input(rank: dimensions.count, "\(dimensions.count) dimensions")
        return LayerPlan(output: SampleShape(dimensions.map { input.sizes[$0 - 1] }))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        try graph.apply1("Transpose", [graph.input], ["perm": .ints([0] + dimensions)])
    }
}
