import Graphs
import JSON
import Tensors

/// `Embedding`: a learned vector for each whole number from 0 on. With `mask_zero`, zeros do not count for the
/// layers after it.
struct EmbeddingLayer: Layer {
    let count: Int
    let width: Int
    let masksZero: Bool
    let initializer: String?
    let keepsSteps = true

    init(_ fields: inout JSONFields) throws(FieldError) {
        // Beyond this floats, which carry the numbers, have gaps.
        count = try fields.required("input_dim", try fields.integer("input_dim", in: 1...(1 << 24)))
        width = try fields.size("output_dim")
        masksZero = try fields.bool("mask_zero") ?? false
        initializer = try fields.initializer("embeddings_initializer")
    }

    var members: [JSONMember] {
        var members = [JSONMember("input_dim", .integer(count)), JSONMember("output_dim", .integer(width))]
        members.append("mask_zero", masksZero, unless: false)
        members.append("embeddings_initializer", initializer)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.input()
        guard input.rank == 1 || (input.rank == 2 && !masksZero) else {
            throw context.mismatch("a sequence [steps] of whole numbers", input)
        }
        let usual = context.convention == .keras ? "random_uniform" : "normal"
        let name = context.parameter("weight")
        return LayerPlan(
            output: SampleShape(input.sizes + [width]),
            parameters: [
                ParameterSpec(
                    name, [count, width], initializer ?? usual, fanIn: count, fanOut: width, isWeight: true)
            ],
            fileTensors: [FileTensor(name, [count, width])])
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        if masksZero { graph.mask = .steps(graph.apply1(StepMask(padding: 0), [graph.input])) }
        return graph.apply1(Gather(axis: 0), [graph.parameter("weight"), graph.input])
    }
}
