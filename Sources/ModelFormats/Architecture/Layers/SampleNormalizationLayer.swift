import Graphs
import JSON
import Tensors

/// `LayerNormalization` and `RMSNormalization`: each sample normalised over some of its dimensions, with a learned scale
/// and, for the first, a learned shift for each of their elements.
struct SampleNormalizationLayer: Layer {
    /// As Keras counts them.
    let axes: [Int]
    /// Added to the variance; nil for what the convention has.
    let epsilon: Double?
    let scales, centers: Bool
    let isRootMeanSquare: Bool
    let keepsSteps = true

    init(_ fields: inout JSONFields, isRootMeanSquare: Bool) throws(FieldError) {
        self.isRootMeanSquare = isRootMeanSquare
        axes = try fields.axes() ?? [-1]
        epsilon = try fields.number("epsilon", in: 1e-12...1)
        scales = isRootMeanSquare ? true : try fields.bool("scale") ?? true
        centers = isRootMeanSquare ? false : try fields.bool("center") ?? true
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        if axes != [-1] { members.append("axis", axes) }
        if let epsilon { members.append(JSONMember("epsilon", .number(epsilon))) }
        members.append("scale", scales, unless: true)
        if !isRootMeanSquare { members.append("center", centers, unless: true) }
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        var sizes: [Int] = []
        for axis in try context.sampleAxes(axes, of: input, "axis") {
            sizes.append(try context.fixed(input.sizes[axis], "dimensions to normalise", of: input))
        }
        var plan = LayerPlan(output: input)
        let count = ParameterSpec.boundedCount(Shape(sizes))
        for (name, initializer, isThere) in [("weight", "ones", scales), ("bias", "zeros", centers)] where isThere {
            plan.add(
                context.parameter(name), Shape(sizes), initializer, fanIn: count, fanOut: count, isWeight: false)
        }
        return plan
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let shape = graph.output
        let places = axes.map { $0 < 0 ? $0 + shape.rank : $0 - 1 }.sorted()
        let usual = isRootMeanSquare ? (graph.convention == .keras ? 1e-6 : 1.1920929e-07) : nil
        let attributes: [String: AttributeValue] = [
            "axis": .int(1 + shape.rank - places.count),
            "epsilon": .float(Float(epsilon ?? usual ?? (graph.convention == .keras ? 1e-3 : 1e-5))),
        ]
        let sizes = places.map { shape.sizes[$0] ?? 1 }
        let ones = Tensor([Float](repeating: 1, count: sizes.reduce(1, *)), shape: Shape(sizes))
        let scale = graph.parameter("weight") ?? graph.constant(ones)
        let inputs = [scale] + (graph.parameter("bias").map { [$0] } ?? [])
        return try graph.withAxesLast(places) { graph, x throws(GraphError) in
            try graph.apply1(
                isRootMeanSquare ? "RMSNormalization" : "LayerNormalization", [x] + inputs, attributes)
        }
    }
}
