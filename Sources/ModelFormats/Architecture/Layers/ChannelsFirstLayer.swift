import Graphs
import JSON

/// A layer of images whose channels are first, by its own `data_format` or by the network's `layout`, as one with the
/// channels last between two turns of the dimensions. Turns of layers that follow each other cancel when a plan is made.
struct ChannelsFirstLayer: Layer {
    let layer: any Layer
    /// Whether the network's layout says so, and not the layer itself.
    let isNetworks: Bool

    var keepsSteps: Bool { layer.keepsSteps }

    var members: [JSONMember] {
        layer.members + (isNetworks ? [] : [JSONMember("data_format", "channels_first")])
    }

    /// [channels, …spatial] with the channels last.
    private func turned(_ shape: SampleShape) -> SampleShape {
        SampleShape(Array(shape.sizes.dropFirst()) + shape.sizes.prefix(1))
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        guard input.rank >= 2 else {
            if isNetworks { return try layer.plan(context) }
            throw context.mismatch("[channels, …]", input)
        }
        var plan = try layer.plan(
            LayerContext(
                path: context.path, name: context.name, inputs: [turned(input)], convention: context.convention))
        // What is no image any more, such as the result of a global pooling, stays as it is.
        let sizes = plan.output.sizes
        if sizes.count == input.rank { plan.output = SampleShape(sizes.suffix(1) + Array(sizes.dropLast())) }
        return plan
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let (input, output) = (graph.shapes[0], graph.output)
        guard input.rank >= 2 else { return try layer.add(to: &graph) }
        let isImage = output.rank == input.rank
        let last = Array(2..<(input.rank + 1))
        graph.inputs = [graph.apply1(Transpose([0] + last + [1]), [graph.input])]
        graph.shapes = [turned(input)]
        if isImage { graph.output = turned(output) }
        let result = try layer.add(to: &graph)
        return isImage ? graph.apply1(Transpose([0, input.rank] + Array(1..<input.rank)), [result]) : result
    }
}
