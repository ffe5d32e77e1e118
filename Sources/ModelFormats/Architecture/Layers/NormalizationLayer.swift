import Graphs
import JSON
import Tensors

/// `Normalization`: (x − mean) / √variance with fixed numbers for each element along `axis`, given as settings or,
/// without those, as tensors.
struct NormalizationLayer: Layer {
    /// As Keras counts them; empty for one mean and one variance of everything.
    let axes: [Int]
    let mean, variance: [Double]?
    let keepsSteps = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        // Keras writes null for one mean of everything.
        let isNull = fields.names.contains("axis") && !fields.has("axis")
        axes = try fields.axes() ?? (isNull ? [] : [-1])
        mean = try fields.numberOrList("mean")
        variance = try fields.numberOrList("variance")
        guard (mean == nil) == (variance == nil) else {
            throw fields.error("variance", "numbers beside those of mean, or neither", .null)
        }
        guard try fields.bool("invert") != true else { throw fields.error("invert", "false", .bool(true)) }
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        if axes.isEmpty { members.append(JSONMember("axis", .null)) } else { members.append("axis", axes) }
        if let mean, let variance {
            members.append("mean", mean)
            members.append("variance", variance)
        }
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        var sizes: [Int] = []
        if !axes.isEmpty {
            for axis in try context.sampleAxes(axes, of: input, "axis") {
                sizes.append(try context.fixed(input.sizes[axis], "dimensions to normalise", of: input))
            }
        }
        let count = ParameterSpec.boundedCount(Shape(sizes))
        for list in [mean, variance].compactMap(\.self) where list.count != 1 && list.count != count {
            throw context.mismatch("\(list.count) elements along axis", input)
        }
        var plan = LayerPlan(output: input)
        guard mean == nil else { return plan }
        for (name, initializer) in [("mean", "zeros"), ("variance", "ones")] {
            plan.add(
                context.parameter(name), [count], initializer, fanIn: count, fanOut: count, isTrainable: false,
                isWeight: false)
        }
        return plan
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let shape = graph.shapes[0]
        let places = axes.map { $0 < 0 ? $0 + shape.rank : $0 - 1 }.sorted()
        let count = places.reduce(1) { $0 * (shape.sizes[$1] ?? 1) }
        // Keras divides by 1e-7 at least.
        var op = try BatchNormalization(attributes: LayerGraph.attributes(["epsilon": .float(1e-14)]))
        op.layout = .channelsLast
        var inputs = [graph.constant(Tensor.repeated(1, count)), graph.constant(Tensor.repeated(0, count))]
        for (name, list) in [("mean", mean), ("variance", variance)] {
            if let parameter = graph.parameter(name) {
                inputs.append(parameter)
            } else {
                let list = list ?? [0]
                let all = list.count == count ? list : [Double](repeating: list[0], count: count)
                inputs.append(graph.constant(Tensor(all.map { Float($0) }, shape: [count])))
            }
        }
        return try graph.withAxesMerged(places) { graph, x throws(GraphError) in graph.apply1(op, [x] + inputs) }
    }
}
