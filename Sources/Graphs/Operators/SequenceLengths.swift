package import Tensors

/// How many steps of each sequence come before its padding: x [batch, steps] or [batch, steps, features] gives [batch].
/// Padding are the steps at the end all of whose features are one number.
package struct SequenceLengths: InternalOperator {
    package static let name = "SequenceLengths"
    let padding: Float

    package init(padding: Float) { self.padding = padding }

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let x = try inputs.type(0)
        guard x.dtype == .float32, x.rank == 2 || x.rank == 3 else {
            throw .input(0, expected: "float32[batch, steps] or [batch, steps, features]", found: "\(x)")
        }
        return [ValueType(.float32, [x.dimensions[0]])]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let features = shape.rank == 3 ? shape[2] : 1
        let lengths = (0..<shape[0]).map { row -> Float in
            let own = x[(row * shape[1] * features)..<((row + 1) * shape[1] * features)]
            guard let last = own.lastIndex(where: { $0 != padding }) else { return 0 }
            return Float((last - own.startIndex) / features + 1)
        }
        return [Tensor(lengths, shape: [shape[0]])]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let rank = context.type(ofInput: 0).rank
        let row = context.rowShape(ofInput: 0).dimensions
        let features = rank == 3 ? row[row.count - 1] : 1
        let steps = row[row.count - (rank == 3 ? 2 : 1)]
        // More than one when a plan computes everything at once.
        let rows = context.rowShape(ofOutput: 0).elementCount
        let padding = padding
        context.addRowwiseStep(reads: [0]) { operands, _ in
            for row in 0..<rows {
                let x = unsafe operands[0] + row * steps * features
                unsafe operands[1][row] = Self.length(x, count: steps * features, features: features, padding: padding)
            }
        }
    }

    /// The steps before the padding of a sequence of `count` numbers.
    static func length(_ x: UnsafePointer<Float>, count: Int, features: Int, padding: Float) -> Float {
        var count = count
        while count > 0, unsafe x[count - 1] == padding { count -= 1 }
        return Float((count + features - 1) / features)
    }
}
