package import Tensors

/// The first so many steps of each row in reverse order, the others as they are: x and lengths [batch].
package struct ReverseSequence: Operator {
    package static let name = "ReverseSequence"
    let batchAxis: Int
    let timeAxis: Int

    package init(attributes: Attributes) throws(GraphError) {
        batchAxis = try attributes.int("batch_axis") ?? 1
        timeAxis = try attributes.int("time_axis") ?? 0
        guard Set([batchAxis, timeAxis]) == [0, 1] else {
            throw .attribute("batch_axis", expected: "0 and 1 as batch and time", found: "\(batchAxis), \(timeAxis)")
        }
    }

    /// With the batch first.
    init() { (batchAxis, timeAxis) = (0, 1) }

    /// Turning all steps is a slice, and the batch stands in front.
    package func decomposed(_ graph: inout Decomposition) throws(GraphError) -> [Graph.ValueID]? {
        let (inputs, x) = (graph.inputs, try graph.input(0))
        let type = try inputs.type(0)
        guard type.rank >= 2 else { throw .input(0, expected: "[batch, steps, …]", found: "\(type)") }
        let lengths = inputs.sizes(1) ?? inputs.splat(1).flatMap { Int(exactly: $0) }.map { [.fixed($0)] }
        if let lengths, lengths.allSatisfy({ $0 == type.dimensions[timeAxis] }) {
            return [graph.add(Slice.reversing(axis: timeAxis), [x])]
        }
        guard batchAxis != 0 else { return nil }
        let permutation = [1, 0] + Array(2..<type.rank)
        let turned = graph.add(Transpose(permutation), [x])
        let reversed = graph.add(ReverseSequence(), [turned, try graph.input(1)])
        return [graph.add(Transpose(permutation), [reversed])]
    }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        try SequenceLength.check(inputs, 1)
        return [try inputs.type(0)]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let lengths = try inputs.required(1).convertedToFloat32().floats
        let inner = shape.dimensions[2...].reduce(1, *)
        var y = x
        for row in 0..<shape[batchAxis] {
            let length = SequenceLength.steps(lengths[row], of: shape[timeAxis])
            func place(_ step: Int) -> Int { (batchAxis == 0 ? row * shape[1] + step : step * shape[1] + row) * inner }
            for step in 0..<length {
                let source = place(length - 1 - step)
                y.replaceSubrange(place(step)..<(place(step) + inner), with: x[source..<(source + inner)])
            }
        }
        return [Tensor(y, shape: shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let rank = context.type(ofInput: 0).rank
        let row = context.rowShape(ofInput: 0)
        guard batchAxis == 0, context.constant(1) == nil else {
            throw .unsupported("ReverseSequence with constant lengths is not supported")
        }
        let steps = row[row.rank - rank + 1]
        let inner = row.dimensions[(row.rank - rank + 2)...].reduce(1, *)
        let rows = row.elementCount / max(steps * inner, 1)
        context.addRowwiseStep(reads: [0, 1]) { operands, _ in
            for row in 0..<rows {
                let start = row * steps * inner
                unsafe Self.reverse(
                    operands[0] + start, length: operands[1][row], steps: steps, inner: inner, into: operands[2] + start
                )
            }
        }
    }

    /// Turns the steps of one row.
    static func reverse(
        _ x: UnsafePointer<Float>, length: Float, steps: Int, inner: Int, into y: UnsafeMutablePointer<Float>
    ) {
        let length = SequenceLength.steps(length, of: steps)
        for step in 0..<steps {
            let source = step < length ? length - 1 - step : step
            unsafe (y + step * inner).update(from: x + source * inner, count: inner)
        }
    }
}
