import Graphs
import JSON
import Tensors

/// `TimeDistributed`: a layer, or several one after another, over each step of [steps, …] by itself.
///
/// The steps become rows of the batch. One `layer`'s parameters bear this layer's name, those of `layers` their own
/// behind it.
struct TimeDistributedLayer: Layer {
    private enum Inner: Sendable {
        case one(type: String, layer: any Layer)
        /// As the document has them: their plans need the shape of a step.
        case several([JSONValue])
    }

    private let inner: Inner
    let keepsSteps = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        if let layers = try fields.array("layers") {
            guard (1...Architecture.maximumLayerCount).contains(layers.count), !fields.has("layer") else {
                throw fields.error(
                    "layers", "1 to \(Architecture.maximumLayerCount) layers, or a layer instead",
                    .integer(layers.count))
            }
            inner = .several(layers)
            return
        }
        guard var fields = try fields.fields("layer") else {
            throw FieldError(path: fields.path(of: "layer"), expected: "a layer", found: "none")
        }
        let wanted = try fields.required("type", try fields.string("type"))
        guard let type = LayerRegistry.canonicalName(wanted, hasCell: fields.has("cell")) else {
            throw fields.error("type", "a layer Apus has", .string(wanted))
        }
        _ = try fields.string("name")
        inner = .one(type: type, layer: try LayerRegistry.layer(type, &fields))
        try fields.finish()
    }

    var members: [JSONMember] {
        switch inner {
        case .one(let type, let layer):
            [JSONMember("layer", .object([JSONMember("type", .string(type))] + layer.members))]
        case .several(let layers): [JSONMember("layers", .array(layers))]
        }
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        guard input.rank >= 2 else { throw context.mismatch("steps [steps, …]", input) }
        let step = SampleShape(Array(input.sizes.dropFirst()))
        var plan: LayerPlan
        switch inner {
        case .one(_, let layer):
            plan = try layer.plan(
                LayerContext(
                    path: "\(context.path).layer", name: context.name, inputs: [step], convention: context.convention))
        case .several:
            let nodes = try nodes(step, path: context.path, name: context.name, context.convention)
            plan = nodes[nodes.count - 1].plan
            plan.parameters = nodes.flatMap(\.plan.parameters)
            plan.fileTensors = nodes.flatMap(\.plan.fileTensors)
        }
        guard plan.others.isEmpty, !plan.output.sizes.contains(nil) else {
            throw FieldError(
                path: "\(context.path).layer", expected: "a layer with one result of known size",
                found: "\(plan.others.count + 1) results, the first of \(plan.output)")
        }
        plan.output = SampleShape([input.sizes[0]] + plan.output.sizes)
        return plan
    }

    /// The layers with their plans for the shape of a step.
    private func nodes(
        _ step: SampleShape, path: String, name: String, _ convention: InitializerConvention
    ) throws(FieldError) -> [ArchitectureNode] {
        guard case .several(let layers) = inner else { return [] }
        var reader = ArchitectureReader(
            initialization: convention, inputs: [Architecture.Input(name: "input", shape: step)], prefix: "\(name).")
        for (index, layer) in layers.enumerated() { try reader.read(layer, path: "\(path).layers[\(index)]") }
        return reader.nodes
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let outer = graph
        let (input, shape) = (graph.input, SampleShape(Array(graph.shapes[0].sizes.dropFirst())))
        let sizes = graph.constant(Tensor([-1] + shape.sizes.map { $0 ?? 1 }, shape: [shape.rank + 1]))
        let rows = try graph.apply1("Reshape", [input, sizes])
        let result: Graph.ValueID
        let output = SampleShape(Array(graph.output.sizes.dropFirst()))
        switch inner {
        case .one(_, let layer):
            (graph.inputs, graph.shapes, graph.masks, graph.mask) = ([rows], [shape], [nil], nil)
            graph.output = output
            result = try layer.add(to: &graph)
        case .several:
            let nodes: [ArchitectureNode]
            do throws(FieldError) {
                nodes = try self.nodes(shape, path: outer.name, name: outer.name, graph.convention)
            } catch {
                throw .structure("\(error)")
            }
            var values = ["input": LayerGraph.Value(id: rows, shape: shape)]
            graph.prefix = "\(outer.name)."
            try graph.add(nodes, &values)
            result = values[nodes[nodes.count - 1].name]?.id ?? rows
        }
        graph.restorePlace(of: outer)
        // [batch, steps] of the input before the sizes of a step's result.
        let leading = try graph.apply1("Shape", [input], ["start": .int(0), "end": .int(2)])
        let rest = graph.constant(Tensor(output.sizes.map { $0 ?? 1 }, shape: [output.rank]))
        return try graph.apply1("Reshape", [result, graph.apply1(Concat(axis: 0), [leading, rest])])
    }
}
