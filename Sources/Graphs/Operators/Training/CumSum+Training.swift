import Tensors

extension CumSum {
    /// The gradient of a sum of what stands before is the sum of the gradients of what stands behind.
    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let axis = axis ?? 0
        let slices = try AxisSlices(ofInput: 0, axis: axis, context: context)
        let (x, y, size) = (context.input(0), context.output(), context.shape(ofInput: 0)[axis])
        context.addForward { operands in
            unsafe add(slices, operands.rows, size: size, operands[x], to: operands[y])
        }
        let turned = turned
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            context.add { operands in
                unsafe turned.add(slices, operands.rows, size: size, operands[dy], to: operands[dx])
            }
        }
    }

    private func add(
        _ slices: AxisSlices, _ rows: Range<Int>, size: Int, _ x: UnsafePointer<Float>,
        to y: UnsafeMutablePointer<Float>
    ) {
        slices.forEachPlace(rows, size, size) { start, _, count in
            for place in start..<start + count {
                add(
                    size: size, stride: slices.stride, read: { unsafe x[place + $0] },
                    write: { unsafe y[place + $0] = $1 })
            }
        }
    }
}
