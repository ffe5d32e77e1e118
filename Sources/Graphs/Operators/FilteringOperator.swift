import Tensors

/// An operator whose result elements are fixed weighted sums of the input's, one axis after another: interpolation, and
/// averages of parts.
protocol FilteringOperator: Operator {
    /// The sums along an axis; nil when the axis stays as it is.
    /// - Parameters:
    ///   - axis: Counted from the front, the batch included.
    ///   - size: Of the input along the axis.
    /// - Returns: For each index of the result what it is the sum of.
    /// - Throws: when the operator does not fit the size.
    func taps(axis: Int, size: Int) throws(GraphError) -> [[FilterTap]]?

    /// The size of the result along an axis.
    func outputSize(_ size: Dimension, axis: Int) throws(GraphError) -> Dimension

    /// The same operator on a value whose axis `permutation[i]` is axis i of the one it was made for.
    func permuted(_ permutation: [Int]) -> Self
}

extension FilteringOperator {
    package static var isCostly: Bool { true }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        var type = try inputs.type(0)
        guard type.dtype == .float32 else { throw .input(0, expected: "float32", found: "\(type)") }
        for axis in type.dimensions.indices {
            let size = try outputSize(type.dimensions[axis], axis: axis)
            if let known = size.fixedValue, known < 1 {
                throw .input(0, expected: "sizes of which something is left", found: "\(try inputs.type(0))")
            }
            type.dimensions[axis] = size
        }
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        var (x, shape) = try inputs.floats(0)
        for axis in 0..<shape.rank {
            guard let taps = try taps(axis: axis, size: shape[axis]) else { continue }
            var sizes = shape.dimensions
            sizes[axis] = taps.count
            let inner = sizes[(axis + 1)...].reduce(1, *)
            x = (0..<sizes.reduce(1, *)).map { element in
                let (outer, index, rest) = (
                    element / inner / taps.count, element / inner % taps.count, element % inner
                )
                return Float(
                    taps[index].reduce(0.0) {
                        $0 + Double($1.weight) * Double(x[(outer * shape[axis] + $1.index) * inner + rest])
                    })
            }
            shape = Shape(sizes)
        }
        return [Tensor(x, shape: shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let row = context.rowShape(ofInput: 0)
        let filter = try AxisFilters(self, row: row.dimensions, firstAxis: context.type(ofInput: 0).rank - row.rank)
        context.addRowwiseStep(reads: [0], scratch: filter.scratchSize) { operands, _ in
            let scratch = unsafe filter.scratchSize > 0 ? operands[2] : operands[1]
            unsafe filter.run(from: operands[0], to: operands[1], scratch: scratch)
        }
    }
}
