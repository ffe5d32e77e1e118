package import Tensors

/// A vector for each index, with one number at its place and another one elsewhere: it becomes a comparison with all
/// places.
package struct OneHot: Operator {
    package static let name = "OneHot"
    let axis: Int
    /// Most places; a small file must not ask for much memory.
    private static let largestDepth = 1 << 20

    package init(attributes: Attributes) throws(GraphError) { axis = try attributes.int("axis") ?? -1 }

    private func depth(_ depth: Int?) throws(GraphError) -> Int {
        guard let depth, (1...Self.largestDepth).contains(depth) else {
            throw .input(1, expected: "a depth of 1 to \(Self.largestDepth)", found: "\(depth ?? 0)")
        }
        return depth
    }

    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        let (inputs, indices) = (graph.inputs, try graph.input(0))
        let rank = try inputs.type(0).rank
        let depth = try depth(inputs.constant(1)?.convertedToInt64()?.integers?.first)
        guard let values = inputs.constant(2), values.elementCount == 2 else {
            throw .input(2, expected: "two values known when the model loads", found: "others")
        }
        let axis = try Axis.normalized(axis, rank: rank + 1)
        let wide = try graph.add("Unsqueeze", [indices, graph.constant(Tensor([axis], shape: [1]))])
        let sizes = [depth] + [Int](repeating: 1, count: rank - axis)
        // Negative indices count from the end.
        let places = [0, -depth].map { first in
            graph.constant(Tensor((0..<depth).map { $0 + first }, shape: Shape(sizes)))
        }
        let isThere = try graph.add(
            "Or", [try graph.add("Equal", [wide, places[0]]), try graph.add("Equal", [wide, places[1]])])
        let numbers = [1, 0].map { graph.constant(OneHot.element($0, of: values)) }
        return [try graph.add("Where", [isThere, numbers[0], numbers[1]])]
    }

    private static func element(_ index: Int, of values: Tensor) -> Tensor {
        values.dtype == .float32
            ? Tensor([values.floats[index]], shape: [])
            : Tensor([values.convertedToInt64()?.integers?[index] ?? 0], shape: [])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        throw .unsupported("OneHot is only supported with a known depth")
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let indices = try inputs.required(0)
        let depth = try depth(try inputs.required(1).convertedToInt64()?.integers?.first)
        let values = try inputs.required(2).convertedToFloat32().floats
        let axis = try Axis.normalized(axis, rank: indices.shape.rank + 1)
        let inner = indices.shape.dimensions[axis...].reduce(1, *)
        let outer = indices.shape.dimensions[..<axis].reduce(1, *)
        let picked = indices.convertedToFloat32().floats
        var result: [Float] = []
        for row in 0..<outer {
            for place in 0..<depth {
                for column in 0..<inner {
                    let index = picked[row * inner + column]
                    result.append(Float(place) == index || Float(place - depth) == index ? values[1] : values[0])
                }
            }
        }
        var sizes = indices.shape.dimensions
        sizes.insert(depth, at: axis)
        return [Tensor(result, shape: Shape(sizes))]
    }
}
