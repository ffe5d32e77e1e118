import Graphs
import JSON
import Tensors

/// `ZeroPadding1D`, `ZeroPadding2D` and `ZeroPadding3D`, which add zeros around an image, and `Cropping1D`, `Cropping2D`
/// and `Cropping3D`, which take its edges away.
struct PaddingLayer: Layer {
    let hasChannels = true
    let sizes: [(before: Int, after: Int)]
    let isCropping: Bool

    init(_ fields: inout JSONFields, rank: Int, isCropping: Bool) throws(FieldError) {
        self.isCropping = isCropping
        let usual = isCropping && rank == 2 ? 0 : 1
        sizes =
            try fields.pairs(isCropping ? "cropping" : "padding", rank: rank)
            ?? [_](repeating: (usual, usual), count: rank)
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        members.append(isCropping ? "cropping" : "padding", sizes)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.image(rank: sizes.count)
        let sign = isCropping ? -1 : 1
        let spatial = zip(input.sizes, sizes).map { size, ends in size.map { $0 + sign * (ends.before + ends.after) } }
        guard spatial.allSatisfy({ $0 ?? 1 >= 1 }) else {
            throw context.mismatch("an image of which something is left", input)
        }
        return LayerPlan(output: SampleShape(spatial + [input.sizes[sizes.count]]))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let sign = isCropping ? -1 : 1
        let pads = [0] + sizes.map { sign * $0.before } + [0, 0] + sizes.map { sign * $0.after } + [0]
        return try graph.apply1("Pad", [graph.input, graph.constant(Tensor(pads, shape: [pads.count]))])
    }
}
