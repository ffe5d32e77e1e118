package import Tensors

/// Two dimensions: those before `axis` multiplied, and the rest multiplied.
package struct Flatten: Operator {
    package static let name = "Flatten"
    let axis: Int

    package init(attributes: Attributes) throws(GraphError) { axis = try attributes.int("axis") ?? 1 }

    private func target(_ type: ValueType) throws(GraphError) -> [Dimension] {
        let split = axis == type.rank ? axis : try Axis.normalized(axis, rank: type.rank)
        return [type.dimensions[..<split].reduce(1, *), type.dimensions[split...].reduce(1, *)]
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        Specialization(Reshape(to: try target(try inputs.type(0))), inputs: [0])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        return [ValueType(type.dtype, try target(type))]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        return try Reshape(to: try target(ValueType(of: input))).evaluate([input])
    }
}
