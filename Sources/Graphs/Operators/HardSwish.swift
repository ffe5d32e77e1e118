import Tensors

/// x · max(0, min(1, x / 6 + 1/2)) (Howard et al. 2019).
package struct HardSwish: UnaryOperator {
    package static let name = "HardSwish"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { x * Swift.max(0, Swift.min(1, x / 6 + 0.5)) }

    func derivative(x: Float, y: Float) -> Float { x < -3 ? 0 : x > 3 ? 1 : x / 3 + 0.5 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count {
                let value = unsafe x[index]
                unsafe y[index] = value * Swift.max(0, Swift.min(1, value / 6 + 0.5))
            }
        }
    }
}
