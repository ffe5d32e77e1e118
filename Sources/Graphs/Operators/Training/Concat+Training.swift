import Tensors

extension Concat {
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let output = context.shape(ofOutput: 0)
        let axis = try Axis.normalized(axis, rank: output.rank)
        let slices = try AxisSlices(ofInput: 0, axis: axis, context: context)
        for index in 1..<context.inputCount where try context.axis(ofInput: index) == nil {
            throw .unsupported("Concat with parameters is not trained")
        }
        let (total, counts) = (output[axis], (0..<context.inputCount).map { context.shape(ofInput: $0)[axis] })
        let (inputs, y) = ((0..<context.inputCount).map { context.input($0) }, context.output())
        context.addForward { operands in
            var before = 0
            for (count, input) in zip(counts, inputs) {
                let (x, part) = unsafe (operands[input], operands[y] + before * slices.stride)
                slices.forEachPlace(operands.rows, total, count) { whole, own, floats in
                    unsafe slices.copy(x + own, to: part + whole, slices: count, count: floats)
                }
                before += count
            }
        }
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0) else { return }
            for (index, count) in counts.enumerated() {
                guard let dx = context.gradient(ofInput: index) else { continue }
                let before = counts[..<index].reduce(0, +)
                context.add { operands in
                    let (dx, part) = unsafe (operands[dx], operands[dy] + before * slices.stride)
                    slices.forEachPlace(operands.rows, total, count) { whole, own, floats in
                        unsafe slices.copy(part + whole, to: dx + own, slices: count, count: floats)
                    }
                }
            }
        }
    }
}
