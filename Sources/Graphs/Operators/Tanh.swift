import Glibc
import Tensors

/// The hyperbolic tangent.
package struct Tanh: UnaryOperator {
    package static let name = "Tanh"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { Float(tanh(Double(x))) }

    func derivative(x: Float, y: Float) -> Float { 1 - y * y }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in unsafe kernels.tanh(x, into: y, count: count) }
    }
}
