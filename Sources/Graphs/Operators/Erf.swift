import Glibc
import Tensors

/// The error function.
package struct Erf: UnaryOperator {
    package static let name = "Erf"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { Float(erf(Double(x))) }

    func derivative(x: Float, y: Float) -> Float { 2 / Float.pi.squareRoot() * expf(-x * x) }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count { unsafe y[index] = erff(x[index]) }
        }
    }
}
