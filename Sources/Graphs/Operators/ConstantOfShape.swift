package import Tensors

/// A tensor of a given shape filled with one number.
package struct ConstantOfShape: Operator {
    package static let name = "ConstantOfShape"
    let value: Tensor

    package init(attributes: Attributes) throws(GraphError) {
        value = try attributes.tensor("value") ?? Tensor([Float(0)], shape: [1])
        guard value.elementCount == 1 else {
            throw .attribute("value", expected: "one element", found: "\(value.elementCount)")
        }
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        guard let sizes = inputs.sizes(0) else {
            throw .input(0, expected: "a shape made of constants and sizes of the inputs", found: "a computed value")
        }
        return [ValueType(value.dtype, sizes)]
    }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? {
        guard let sizes = inputs.sizes(0), sizes.count == 1, let count = sizes[0].fixedValue, (0...64).contains(count),
            let number = value.integers?.first
        else { return nil }
        return [Dimension](repeating: .fixed(number), count: count)
    }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? {
        value.dtype == .float32 ? value.floats.first : nil
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        guard let sizes = try inputs.required(0).integers, sizes.allSatisfy({ $0 >= 0 }) else {
            throw .input(0, expected: "sizes of at least 0", found: "other numbers")
        }
        let shape = Shape(sizes)
        return [Broadcast.gathered(value, shape: shape, strides: [Int](repeating: 0, count: shape.rank))]
    }
}
