import Graphs
import JSON

/// `AdaptiveAveragePooling1D` to `…3D` and `AdaptiveMaxPooling1D` to `…3D`: as many results along each dimension as wanted.
/// The maximum takes only numbers that divide the sizes.
struct AdaptivePoolingLayer: Layer {
    let hasChannels = true
    let kind: PoolingLayer.Kind
    let sizes: [Int]

    init(_ fields: inout JSONFields, _ kind: PoolingLayer.Kind, rank: Int) throws(FieldError) {
        self.kind = kind
        sizes = try fields.required("output_size", try fields.sizes("output_size", rank: rank))
    }

    var members: [JSONMember] {
        var members: [JSONMember] = []
        members.append("output_size", sizes)
        return members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let input = try context.image(rank: sizes.count)
        for (size, wanted) in zip(input.sizes, sizes) {
            let size = try context.fixed(size, "an image", of: input)
            guard kind == .average || size % wanted == 0 else {
                throw FieldError(
                    path: "\(context.path).output_size", expected: "divisors of the sizes of \(input)",
                    found: "\(wanted)")
            }
        }
        return LayerPlan(output: SampleShape(sizes.map { $0 } + input.sizes.suffix(1)))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let inputs = graph.shapes[0].sizes.dropLast().map { $0 ?? 1 }
        guard zip(inputs, sizes).allSatisfy({ $0 % $1 == 0 }) else {
            return graph.apply1(AdaptiveAverage(sizes: [nil] + sizes.map { $0 } + [nil]), [graph.input])
        }
        let kernel = zip(inputs, sizes).map { $0 / $1 }
        return try kind.add(to: &graph, ["kernel_shape": .ints(kernel), "strides": .ints(kernel)])
    }
}
