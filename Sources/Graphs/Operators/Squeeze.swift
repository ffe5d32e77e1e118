package import Tensors

/// Removes dimensions of size 1: those named, or all of them.
package struct Squeeze: Operator {
    package static let name = "Squeeze"
    let axes: [Int]?

    package init(attributes: Attributes) throws(GraphError) { axes = try attributes.ints("axes") }

    private func target(_ type: ValueType, _ wanted: [Int]?) throws(GraphError) -> [Dimension] {
        let removed =
            if let wanted {
                try Axis.normalized(wanted, rank: type.rank)
            } else {
                type.dimensions.indices.filter { type.dimensions[$0] == 1 }
            }
        for axis in removed where type.dimensions[axis] != 1 {
            throw .input(0, expected: "size 1 in dimension \(axis)", found: "\(type)")
        }
        return type.dimensions.indices.filter { !removed.contains($0) }.map { type.dimensions[$0] }
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        let wanted = try inputs.integers(1, "axes") ?? axes
        return Specialization(Reshape(to: try target(try inputs.type(0), wanted)), inputs: [0])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        return [ValueType(type.dtype, try target(type, try inputs.integers(1, "axes") ?? axes))]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        let sizes = try target(ValueType(of: input), inputs.optional(1)?.integers ?? axes)
        return try Reshape(to: sizes).evaluate([input])
    }
}
