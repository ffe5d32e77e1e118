import Glibc
import Tensors

/// 1 / (1 + e⁻ˣ).
package struct Sigmoid: UnaryOperator {
    package static let name = "Sigmoid"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { Float(1 / (1 + exp(-Double(x)))) }

    func derivative(x: Float, y: Float) -> Float { y * (1 - y) }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in unsafe kernels.sigmoid(x, into: y, count: count) }
    }
}
