import Tensors

/// An operator whose result elements each are one element of the input, chosen axis by axis, or one fixed number:
/// padding, cropping, and resizing to the nearest element.
protocol IndexingOperator: Operator {
    /// What stands where `indices` has a negative number.
    var fill: Float { get }

    /// Where the result's elements along an axis come from; nil when the axis stays as it is.
    /// - Parameters:
    ///   - axis: Counted from the front, the batch included.
    ///   - size: Of the input along the axis.
    /// - Returns: For each index of the result that of the input, negative for none.
    /// - Throws: when the operator does not fit the size.
    func indices(axis: Int, size: Int) throws(GraphError) -> [Int]?

    /// The size of the result along an axis.
    func outputSize(_ size: Dimension, axis: Int) throws(GraphError) -> Dimension

    /// The same operator on a value whose axis `permutation[i]` is axis i of the one it was made for.
    func permuted(_ permutation: [Int]) -> Self
}

extension IndexingOperator {
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
        let (x, shape) = try inputs.floats(0)
        var maps: [[Int]] = []
        for (axis, size) in shape.dimensions.enumerated() {
            maps.append(try indices(axis: axis, size: size) ?? Array(0..<size))
        }
        let result = Shape(maps.map(\.count))
        // With these strides an offset for each axis is the index along it.
        let unit = maps.indices.map { axis in maps.indices.map { $0 == axis ? 1 : 0 } }
        var y: [Float] = []
        Broadcast.forEachOffset(result, strides: unit) { index in
            let source = maps.indices.map { maps[$0][index[$0]] }
            y.append(source.contains { $0 < 0 } ? fill : x[zip(source, shape.strides).map(*).reduce(0, +)])
        }
        return [Tensor(y, shape: result)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let row = context.rowShape(ofInput: 0)
        let dropped = context.type(ofInput: 0).rank - row.rank
        let copy = try IndexedCopy(self, row: row.dimensions, firstAxis: dropped)
        context.addRowwiseStep(reads: [0]) { operands, _ in unsafe copy.run(from: operands[0], to: operands[1]) }
    }
}
