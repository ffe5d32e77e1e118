import Glibc
import Tensors

/// log(1 + eˣ), as max(x, 0) + log(1 + e^−|x|), which cannot overflow.
package struct Softplus: UnaryOperator {
    package static let name = "Softplus"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { Float(Swift.max(Double(x), 0) + log1p(exp(-Double(x.magnitude)))) }

    func derivative(x: Float, y: Float) -> Float { 1 / (1 + expf(-x)) }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count {
                let value = unsafe x[index]
                unsafe y[index] = (value < 0 ? 0 : value) + log1pf(expf(-value.magnitude))
            }
        }
    }
}
