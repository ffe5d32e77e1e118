import Graphs
import JSON
import Tensors

/// `UpSampling1D`, `UpSampling2D` and `UpSampling3D`: every dimension some times as long, by repetition or, of images,
/// by linear interpolation.
struct UpSamplingLayer: Layer {
    let hasChannels = true
    enum Interpolation: String, CaseIterable { case nearest, bilinear }

    let factors: [Int]
    let interpolation: Interpolation

    init(_ fields: inout JSONFields, rank: Int) throws(FieldError) {
        factors = try fields.sizes("size", rank: rank) ?? [Int](repeating: 2, count: rank)
        interpolation = rank == 2 ? try fields.choice("interpolation", of: Interpolation.self) ?? .nearest : .nearest
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        members.append("size", factors)
        if interpolation != .nearest { members.append("interpolation", interpolation.rawValue) }
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.image(rank: factors.count)
        let spatial = zip(input.sizes, factors).map { size, factor in size.map { $0 * factor } }
        return LayerPlan(output: SampleShape(spatial + [input.sizes[factors.count]]))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let scales = [Float(1)] + factors.map { Float($0) } + [1]
        let attributes: [String: AttributeValue] =
            interpolation == .bilinear
            ? ["mode": .string("linear"), "coordinate_transformation_mode": .string("half_pixel")]
            : [
                "mode": .string("nearest"), "coordinate_transformation_mode": .string("asymmetric"),
                "nearest_mode": .string("floor"),
            ]
        return try graph.apply1(
            "Resize", [graph.input, nil, graph.constant(Tensor(scales, shape: [scales.count]))], attributes)
    }
}
