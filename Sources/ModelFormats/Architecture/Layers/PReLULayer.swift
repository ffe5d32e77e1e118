import Graphs
import JSON
import Tensors

/// `PReLU`: x where it is positive, elsewhere a multiple of it that is learned for each element of a sample; for all
/// elements along `shared_axes` it is one.
struct PReLULayer: Layer {
    let hasChannels = true
    /// As Keras counts them: 1 is the first after the batch.
    let sharedAxes: [Int]
    let initializer: String?
    let keepsSteps = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        sharedAxes = try fields.axes("shared_axes") ?? []
        initializer = try fields.initializer("alpha_initializer")
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        if !sharedAxes.isEmpty { members.append(JSONMember("shared_axes", JSONValue(sharedAxes))) }
        members.append("alpha_initializer", initializer)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        let shared = sharedAxes.isEmpty ? [] : try context.sampleAxes(sharedAxes, of: input, "shared_axes")
        var sizes: [Int] = []
        for (axis, size) in input.sizes.enumerated() {
            let isShared = shared.contains(axis)
            sizes.append(isShared ? 1 : try context.fixed(size, "dimensions that are not shared", of: input))
        }
        var plan = LayerPlan(output: input)
        let name = context.parameter("weight")
        plan.parameters.append(
            ParameterSpec(
                name, Shape(sizes), initializer ?? (context.convention == .keras ? "zeros" : "ones"), fanIn: 1,
                fanOut: 1, isWeight: false))
        // PyTorch has one slope for each channel as a vector.
        let fileSizes = Array(sizes.drop { $0 == 1 })
        plan.fileTensors.append(FileTensor(name, Shape(fileSizes.isEmpty ? [1] : fileSizes)))
        return plan
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        try graph.apply1("PRelu", [graph.input, graph.parameter("weight")])
    }
}
