import Tensors

/// alpha · x + beta, limited to 0...1.
package struct HardSigmoid: UnaryOperator {
    package static let name = "HardSigmoid"
    package let alpha: Float
    package let beta: Float

    package init(attributes: Attributes) throws(GraphError) {
        alpha = try attributes.float("alpha") ?? 0.2
        beta = try attributes.float("beta") ?? 0.5
    }

    func scalar(_ x: Float) -> Float { Clamp(low: 0, high: 1).apply(alpha * x + beta) }

    func derivative(x: Float, y: Float) -> Float { y > 0 && y < 1 ? alpha : 0 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        let (alpha, beta) = (alpha, beta)
        return { x, y, count in
            for index in 0..<count {
                let value = unsafe alpha * x[index] + beta
                unsafe y[index] = value < 0 ? 0 : value > 1 ? 1 : value
            }
        }
    }
}
