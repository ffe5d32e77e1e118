import Glibc
package import Tensors

/// x to the power of y. With one constant exponent it becomes `Power`.
package struct Pow: Operator {
    package static let name = "Pow"

    package init(attributes: Attributes) throws(GraphError) {}

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard try inputs.type(0).dtype == .float32, let exponent = inputs.constant(1), exponent.elementCount == 1,
            exponent.shape.rank <= (try inputs.type(0)).rank
        else { return nil }
        return Specialization(Power(exponent.convertedToFloat32().floats[0]), inputs: [0])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let (base, exponent) = (try inputs.type(0), try inputs.type(1))
        guard base.dtype == .float32 else { throw .input(0, expected: "float32", found: "\(base)") }
        return [ValueType(.float32, try Broadcast.dimensions(base.dimensions, exponent.dimensions))]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (base, exponent) = (try inputs.required(0), try inputs.required(1).convertedToFloat32())
        let sizes = try Broadcast.dimensions(ValueType(of: base).dimensions, ValueType(of: exponent).dimensions)
        let shape = Shape(sizes.compactMap(\.fixedValue))
        let lists = [base, exponent].map { tensor in
            Broadcast.gathered(tensor, shape: shape, strides: Broadcast.strides(of: tensor.shape, to: shape)).floats
        }
        return [Tensor(zip(lists[0], lists[1]).map { Float(pow(Double($0), Double($1))) }, shape: shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        throw .unsupported("Pow with more than one constant exponent is not supported")
    }
}
