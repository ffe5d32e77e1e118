package import Tensors

/// Sums of all numbers before along an axis.
package struct CumSum: Operator {
    package static let name = "CumSum"
    let isExclusive, isReversed: Bool
    /// The axis, once known.
    let axis: Int?

    package init(attributes: Attributes) throws(GraphError) {
        (isExclusive, isReversed) = (try attributes.flag("exclusive"), try attributes.flag("reverse"))
        axis = nil
    }

    private init(_ other: CumSum, axis: Int?, isReversed: Bool) {
        (isExclusive, self.isReversed, self.axis) = (other.isExclusive, isReversed, axis)
    }

    /// The sums from the other end.
    var turned: CumSum { CumSum(self, axis: axis, isReversed: !isReversed) }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard axis == nil else { return nil }
        guard let axis = try inputs.integers(1, "an axis")?.first else {
            throw .arity(what: "inputs", expected: "2", found: inputs.count)
        }
        let known = try Axis.normalized(axis, rank: try inputs.type(0).rank)
        return Specialization(CumSum(self, axis: known, isReversed: isReversed), inputs: [0])
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        guard type.dtype == .float32 else { throw .input(0, expected: "float32", found: "\(type)") }
        return [type]
    }

    /// Adds up `size` numbers that lie `stride` apart.
    func add<Number: BinaryFloatingPoint>(
        size: Int, stride: Int, read: (Int) -> Number, write: (Int, Number) -> Void
    ) {
        var sum: Number = 0
        for count in 0..<size {
            let place = (isReversed ? size - 1 - count : count) * stride
            let next = sum + read(place)
            write(place, isExclusive ? sum : next)
            sum = next
        }
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let axis = try Axis.normalized(axis ?? inputs.optional(1)?.integers?.first ?? 0, rank: shape.rank)
        let inner = shape.dimensions[(axis + 1)...].reduce(1, *)
        var y = x
        for result in 0..<x.count / max(shape[axis], 1) {
            let start = result / inner * shape[axis] * inner + result % inner
            add(size: shape[axis], stride: inner, read: { Double(x[start + $0]) }, write: { y[start + $0] = Float($1) })
        }
        return [Tensor(y, shape: shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let axis = try context.rowAxis(axis ?? 0)
        let shape = context.rowShape(ofInput: 0)
        let (size, inner) = (shape[axis], shape.dimensions[(axis + 1)...].reduce(1, *))
        let results = shape.elementCount / max(size, 1)
        context.addRowwiseStep(reads: [0]) { operands, _ in
            for result in 0..<results {
                let start = result / inner * size * inner + result % inner
                let (x, y) = unsafe (operands[0] + start, operands[1] + start)
                add(size: size, stride: inner, read: { unsafe x[$0] }, write: { unsafe y[$0] = $1 })
            }
        }
    }
}
