import Glibc
import Tensors

/// eˣ.
package struct Exp: UnaryOperator {
    package static let name = "Exp"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { Float(exp(Double(x))) }

    func derivative(x: Float, y: Float) -> Float { y }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in unsafe kernels.exp(x, into: y, count: count) }
    }
}
