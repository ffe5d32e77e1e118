import Graphs
import JSON
import Tensors

/// `UnitNormalization`: each sample divided by its Euclidean length along some dimensions.
struct UnitNormalizationLayer: Layer {
    /// As Keras counts them.
    let axes: [Int]
    let keepsSteps = true

    init(_ fields: inout JSONFields) throws(FieldError) { axes = try fields.axes() ?? [-1] }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        members.append("axis", axes)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        _ = try context.sampleAxes(axes, of: input, "axis")
        return LayerPlan(output: input)
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let places = axes.map { $0 < 0 ? $0 + graph.output.rank + 1 : $0 }.sorted()
        let squares = try graph.apply1("Mul", [graph.input, graph.input])
        let axes = graph.constant(Tensor(places, shape: [places.count]))
        let sum = try graph.apply1("ReduceSum", [squares, axes], ["keepdims": .int(1)])
        // Keras's least length, 1e-12.
        let length = try graph.apply1("Sqrt", [graph.apply1(Clip(low: 1e-24, high: .infinity), [sum])])
        return try graph.apply1("Div", [graph.input, length])
    }
}
