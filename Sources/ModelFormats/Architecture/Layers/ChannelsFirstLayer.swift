import Graphs
import JSON

/// A layer whose input and result have their channels first, as PyTorch has them, while the layer itself has them last.
/// Two that follow each other cancel their transposes when a plan is made.
struct ChannelsFirstLayer: Layer {
    let layer: any Layer
    /// Whether the layer says so itself by its `data_format`, and not the whole network by its `layout`.
    let isStated: Bool

    var members: [JSONMember] {
        layer.members + (isStated ? [JSONMember("data_format", "channels_first")] : [])
    }
    var keepsSteps: Bool { layer.keepsSteps }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let inputs = context.inputs.map { SampleShape(Self.last($0.sizes)) }
        do throws(FieldError) {
            var plan = try layer.plan(
                LayerContext(path: context.path, name: context.name, inputs: inputs, convention: context.convention))
            plan.output = SampleShape(Self.first(plan.output.sizes))
            return plan
        } catch {
            guard inputs != context.inputs else { throw error }
            throw FieldError(
                path: error.path, expected: error.expected, found: "\(error.found) (with the channels moved last)")
        }
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let (inputs, shapes, output) = (graph.inputs, graph.shapes, graph.output)
        for index in inputs.indices where shapes[index].rank > 1 {
            let rank = shapes[index].rank
            graph.inputs[index] = try graph.apply1(
                "Transpose", [inputs[index]], ["perm": .ints([0] + Array(2...rank) + [1])])
            graph.shapes[index] = SampleShape(Self.last(shapes[index].sizes))
        }
        graph.output = SampleShape(Self.last(output.sizes))
        let result = try layer.add(to: &graph)
        graph.output = output
        guard output.rank > 1 else { return result }
        return try graph.apply1("Transpose", [result], ["perm": .ints([0, output.rank] + Array(1..<output.rank))])
    }

    private static func last(_ sizes: [Int?]) -> [Int?] { Array(sizes.dropFirst() + sizes.prefix(1)) }

    private static func first(_ sizes: [Int?]) -> [Int?] { Array(sizes.suffix(1) + sizes.dropLast()) }
}
