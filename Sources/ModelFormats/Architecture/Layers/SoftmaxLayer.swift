import Graphs
import JSON
import Tensors

/// `Softmax` and `LogSoftmax` along one dimension or several together.
struct SoftmaxLayer: Layer {
    /// As Keras counts them.
    let axes: [Int]
    let isLogarithm: Bool
    let keepsSteps = true

    init(_ fields: inout JSONFields, isLogarithm: Bool) throws(FieldError) {
        axes = try fields.axes() ?? [-1]
        self.isLogarithm = isLogarithm
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        if axes != [-1] { members.append("axis", axes) }
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        for axis in try context.sampleAxes(axes, of: input, "axis") {
            _ = try context.fixed(input.sizes[axis], "dimensions along axis", of: input)
        }
        return LayerPlan(output: input)
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let places = axes.map { $0 < 0 ? $0 + graph.output.rank : $0 - 1 }.sorted()
        return try graph.withAxesMerged(places) { graph, x throws(GraphError) in
            try graph.apply1(isLogarithm ? "LogSoftmax" : "Softmax", [x], ["axis": .int(-1)])
        }
    }
}
