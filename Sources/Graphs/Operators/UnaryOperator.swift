import Tensors

/// An operator that maps each element by itself, keeping the shape.
protocol UnaryOperator: Operator {
    /// The naive twin for one element.
    func scalar(_ x: Float) -> Float

    /// dy/dx at x, where y = f(x); at a kink, the slope that PyTorch takes.
    func derivative(x: Float, y: Float) -> Float

    /// The kernel: y[i] = f(x[i]) for `count` elements.
    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void
}

extension UnaryOperator {
    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        guard type.dtype == .float32 else { throw .input(0, expected: "float32", found: "\(type)") }
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (elements, shape) = try inputs.floats(0)
        return [Tensor(elements.map(scalar), shape: shape)]
    }

    package func lower(_ context: inout LoweringContext) throws(GraphError) {
        let count = context.rowShape(ofInput: 0).elementCount
        let kernel = unsafe kernel(context.kernels)
        context.addRowwiseStep(reads: [0]) { operands, _ in unsafe kernel(operands[0], operands[1], count) }
    }

    package func differentiate(_ context: inout TrainingContext) throws(GraphError) {
        let axis = try context.axis(ofOutput: 0)
        let (x, y, kernel) = (context.input(0), context.output(), unsafe kernel(context.kernels))
        context.addForward { operands in
            axis.forEachBlock(operands.rows) { offset, count in
                unsafe kernel(operands[x] + offset, operands[y] + offset, count)
            }
        }
        let gradient = unsafe gradientKernel(context.kernels)
        context.onBackward { context throws(GraphError) in
            guard let dy = context.gradient(ofOutput: 0), let dx = context.gradient(ofInput: 0) else { return }
            let (x, y) = (context.input(0), context.output())
            context.add { operands in
                axis.forEachBlock(operands.rows) { offset, count in
                    unsafe gradient(
                        operands[x] + offset, operands[y] + offset, operands[dy] + offset, operands[dx] + offset, count)
                }
            }
        }
    }

    /// dx[i] = dy[i] · f'(x[i]) for `count` elements.
    private func gradientKernel(_ kernels: Kernels) -> UnaryGradientKernel {
        if self is Tanh {
            return { _, y, dy, dx, count in unsafe kernels.tanhGradient(y: y, dy: dy, into: dx, count: count) }
        }
        if self is Sigmoid {
            return { _, y, dy, dx, count in unsafe kernels.sigmoidGradient(y: y, dy: dy, into: dx, count: count) }
        }
        if let clamp = (self as? any ClampingOperator)?.clamp {
            return { _, y, dy, dx, count in
                unsafe kernels.clampGradient(y: y, dy: dy, to: clamp, into: dx, count: count)
            }
        }
        return { x, y, dy, dx, count in
            for index in 0..<count { unsafe dx[index] = dy[index] * derivative(x: x[index], y: y[index]) }
        }
    }
}

private typealias UnaryGradientKernel =
    @Sendable (
        _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>, _ dy: UnsafePointer<Float>,
        _ dx: UnsafeMutablePointer<Float>, _ count: Int
    ) -> Void
