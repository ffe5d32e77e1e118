package import Tensors

/// Inserts dimensions of size 1 at `axes` of the result.
package struct Unsqueeze: Operator {
    package static let name = "Unsqueeze"
    let axes: [Int]?

    package init(attributes: Attributes) throws(GraphError) { axes = try attributes.ints("axes") }

    private func target(_ type: ValueType, _ wanted: [Int]?) throws(GraphError) -> [Dimension] {
        guard let wanted else { throw .arity(what: "inputs", expected: "2", found: 1) }
        let inserted = try Axis.normalized(wanted, rank: type.rank + wanted.count)
        var result = type.dimensions
        for axis in inserted { result.insert(1, at: axis) }
        return result
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
