package import Tensors

/// The input repeated along each axis: it becomes an `Expand` between two reshapes.
package struct Tile: Operator {
    package static let name = "Tile"

    package init(attributes: Attributes) throws(GraphError) {}

    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        let (inputs, input) = (graph.inputs, try graph.input(0))
        let type = try inputs.type(0)
        guard let repeats = inputs.sizes(1), repeats.count == type.rank else {
            throw .input(1, expected: "\(type.rank) numbers made of constants and sizes", found: "computed ones")
        }
        // Nothing known of what does not repeat gets a dimension of its own.
        let repeated = type.dimensions.indices.filter { repeats[$0] != 1 }
        guard !repeated.isEmpty else { return [graph.copy(input)] }
        var (split, target, result) = ([Dimension](), [Dimension](), [Dimension]())
        for axis in type.dimensions.indices {
            let size = type.dimensions[axis]
            if repeated.contains(axis) {
                split.append(1)
                target.append(repeats[axis])
            }
            split.append(size)
            target.append(size)
            result.append(size * repeats[axis])
        }
        let parts = graph.add(Reshape(to: split), [input])
        return [graph.add(Reshape(to: result), [graph.add(Expand(target: target), [parts])])]
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        throw .unsupported("Tile is only supported with known numbers")
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        guard let repeats = try inputs.required(1).integers, repeats.count == input.shape.rank,
            repeats.allSatisfy({ $0 >= 0 })
        else { throw .input(1, expected: "\(input.shape.rank) numbers from 0 on", found: "others") }
        var result = input
        for (axis, count) in repeats.enumerated() {
            result = try Concat(axis: axis).evaluate([Tensor?](repeating: result, count: count))[0]
        }
        return [result]
    }
}
