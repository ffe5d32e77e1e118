import Graphs
import JSON
import Tensors

/// `Dot`: the products of two inputs summed over one dimension of each, for each row of the batch.
struct DotLayer: Layer {
    /// The dimension of each input, the batch counted as 0; negative from the end.
    let axes: [Int]
    /// Whether the vectors along those dimensions are brought to length 1 first.
    let normalizes: Bool

    init(_ fields: inout JSONFields) throws(FieldError) {
        guard let value = fields.value("axes") else { throw fields.error("axes", "a dimension or two", .null) }
        let list = value.int.map { [$0, $0] } ?? value.array?.compactMap(\.int) ?? []
        guard list.count == 2, list.allSatisfy({ (-8...8).contains($0) && $0 != 0 }),
            value.array.map({ $0.count == 2 }) ?? true
        else { throw fields.error("axes", "a dimension after the batch, or one for each of two inputs", value) }
        axes = list
        normalizes = try fields.bool("normalize") ?? false
    }

    var members: [JSONMember] {
        var members = [JSONMember("axes", JSONValue(axes))]
        members.append("normalize", normalizes, unless: false)
        return members
    }

    /// The dimension of each sample that is summed over.
    private func places(_ shapes: [SampleShape]) -> [Int] {
        zip(axes, shapes).map { axis, shape in axis < 0 ? axis + shape.rank : axis - 1 }
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let shapes = context.inputs
        guard shapes.count == 2 else {
            throw FieldError(path: "\(context.path).inputs", expected: "two names", found: "\(shapes.count)")
        }
        let places = places(shapes)
        for (index, shape) in shapes.enumerated() where !shape.sizes.indices.contains(places[index]) {
            throw FieldError(
                path: "\(context.path).axes", expected: "a dimension of \(shape) after the batch",
                found: "\(axes[index])")
        }
        guard shapes[0].sizes[places[0]] == shapes[1].sizes[places[1]] else {
            throw FieldError(
                path: "\(context.path).axes", expected: "dimensions of one size", found: "those of \(shapes)")
        }
        let kept = zip(shapes, places).map { shape, place in
            shape.sizes.indices.filter { $0 != place }.map { shape.sizes[$0] }
        }
        let hasFree = shapes.contains { $0.sizes.contains(nil) }
        guard !hasFree || kept.allSatisfy({ $0.count <= 1 }) else {
            throw context.mismatch("known sizes, or at most two dimensions each,", shapes[0])
        }
        let result = kept[0] + kept[1]
        return LayerPlan(output: SampleShape(result.isEmpty ? [1] : result))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        let (shapes, places) = (graph.shapes, places(graph.shapes))
        var matrices: [Graph.ValueID] = []
        for index in 0..<2 {
            var x = graph.inputs[index]
            if normalizes { x = try normalized(x, axis: places[index] + 1, &graph) }
            matrices.append(try matrix(x, shapes[index], places[index], isLeft: index == 0, &graph))
        }
        let product = try graph.apply1("MatMul", [matrices[0], matrices[1]])
        switch (shapes[0].rank, shapes[1].rank) {
        case (2, 2): return product
        case (2, 1): return try squeezed(product, axis: 2, &graph)
        case (1, 2): return try squeezed(product, axis: 1, &graph)
        default: return try graph.reshaped(product, to: graph.output)
        }
    }

    private func squeezed(
        _ x: Graph.ValueID, axis: Int, _ graph: inout LayerGraph
    ) throws(GraphError) -> Graph.ValueID {
        try graph.apply1("Squeeze", [x, graph.constant(Tensor([axis], shape: [1]))])
    }

    /// An input as [batch, rest, summed] or, on the right, [batch, summed, rest].
    private func matrix(
        _ x: Graph.ValueID, _ shape: SampleShape, _ place: Int, isLeft: Bool, _ graph: inout LayerGraph
    ) throws(GraphError) -> Graph.ValueID {
        let rest = shape.sizes.indices.filter { $0 != place }
        let order = isLeft ? rest + [place] : [place] + rest
        var x = x
        if order != Array(shape.sizes.indices) {
            x = try graph.apply1("Transpose", [x], ["perm": .ints([0] + order.map { $0 + 1 })])
        }
        guard rest.count != 1 else { return x }
        guard !rest.isEmpty else {
            return try graph.apply1("Unsqueeze", [x, graph.constant(Tensor([isLeft ? 1 : 2], shape: [1]))])
        }
        let (summed, others) = (shape.sizes[place] ?? 1, rest.reduce(1) { $0 * (shape.sizes[$1] ?? 1) })
        return try graph.reshaped(x, to: isLeft ? [others, summed] : [summed, others])
    }

    /// x / √max(Σx², 10⁻¹⁴) along a dimension.
    private func normalized(
        _ x: Graph.ValueID, axis: Int, _ graph: inout LayerGraph
    ) throws(GraphError) -> Graph.ValueID {
        let squares = try graph.apply1("Mul", [x, x])
        let sum = try graph.apply1("ReduceSum", [squares, graph.constant(Tensor([axis], shape: [1]))])
        let bounded = try graph.apply1("Max", [sum, graph.constant(Tensor([Float(1e-14)], shape: [1]))])
        return try graph.apply1("Div", [x, try graph.apply1("Sqrt", [bounded])])
    }
}
