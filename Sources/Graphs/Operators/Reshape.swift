package import Tensors

/// The same elements under another shape. The target is an input in the file and an attribute once it is known.
package struct Reshape: Operator {
    package static let name = "Reshape"
    /// What the target's entries mean: sizes, with 0 copying the input's size and -1 taking what is left.
    let allowsZero: Bool
    /// The wanted dimensions, once known.
    let target: [Dimension]?

    package init(attributes: Attributes) throws(GraphError) {
        allowsZero = try attributes.flag("allowzero")
        target = nil
    }

    package init(to target: [Dimension]) {
        allowsZero = true
        self.target = target
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard target == nil else { return nil }
        guard let sizes = inputs.sizes(1) else {
            throw .input(1, expected: "a shape made of constants and sizes of the inputs", found: "a computed value")
        }
        return Specialization(Reshape(to: try resolved(sizes, from: try inputs.type(0))), inputs: [0])
    }

    /// The target with 0 and -1 replaced.
    func resolved(_ sizes: [Dimension], from type: ValueType) throws(GraphError) -> [Dimension] {
        var result = sizes
        for axis in sizes.indices where sizes[axis] == 0 && !allowsZero {
            guard axis < type.rank else {
                throw .input(1, expected: "0 only on axes of \(type)", found: "\(sizes)")
            }
            result[axis] = type.dimensions[axis]
        }
        let open = result.indices.filter { result[$0] == -1 }
        guard let axis = open.first else { return result }
        guard open.count == 1 else { throw .input(1, expected: "at most one -1", found: "\(sizes)") }
        result[axis] = 1
        let known = result.reduce(1, *)
        guard let rest = type.elementCount.dividedExactly(by: known) else {
            throw .input(1, expected: "a shape that \(type) fills", found: "\(sizes)")
        }
        result[axis] = rest
        return result
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        let result = ValueType(type.dtype, target ?? [])
        guard result.elementCount == type.elementCount else {
            throw .input(1, expected: "a shape that \(type) fills", found: "\(result.dimensions)")
        }
        return [result]
    }

    package func inferSizes(_ inputs: InferenceInputs) -> [Dimension]? { inputs.sizes(0) }

    package func inferSplat(_ inputs: InferenceInputs) -> Float? { inputs.splat(0) }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        let wanted = target ?? inputs.optional(1)?.integers?.map { .fixed($0) } ?? []
        let sizes = try resolved(wanted, from: ValueType(of: input))
        guard let shape = ValueType(input.dtype, sizes).fixedShape, shape.elementCount == input.elementCount else {
            throw .input(1, expected: "a shape of \(input.elementCount) elements", found: "\(sizes)")
        }
        return [input.reshaped(to: shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) { try context.alias() }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        guard let input = try context.axis(ofInput: 0) else { return context.alias() }
        let output = try context.axis(ofOutput: 0)
        guard input.outer != output.outer else { return context.alias() }
        // The batch joins the dimensions before it, or parts from them: rows then lie together, one after another.
        let (x, y) = (context.input(0), context.output())
        context.addForward { operands in
            unsafe input.copyRows(operands.rows, from: operands[x], to: operands[y], as: output)
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            context.add { operands in
                unsafe output.copyRows(operands.rows, from: operands[dy], to: operands[dx], as: input)
            }
        }
    }
}
