import Tensors

/// An elementwise operator that only limits its input to a range, so that the operator before it can do it on the way.
protocol ClampingOperator: UnaryOperator {
    var clamp: Clamp { get }
}

extension ClampingOperator {
    func derivative(x: Float, y: Float) -> Float { x > clamp.low && x < clamp.high ? 1 : 0 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        let clamp = clamp
        return { x, y, count in unsafe kernels.clamp(x, to: clamp, into: y, count: count) }
    }
}
