import Tensors

/// x / (1 + |x|).
package struct Softsign: UnaryOperator {
    package static let name = "Softsign"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { x / (1 + x.magnitude) }

    func derivative(x: Float, y: Float) -> Float { 1 / ((1 + x.magnitude) * (1 + x.magnitude)) }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count { unsafe y[index] = x[index] / (1 + x[index].magnitude) }
        }
    }
}
