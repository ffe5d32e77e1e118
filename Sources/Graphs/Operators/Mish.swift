import Glibc
import Tensors

/// x · tanh(ln(1 + eˣ)) (Misra 2019).
package struct Mish: UnaryOperator {
    package static let name = "Mish"

    /// Beyond this tanh(ln(1 + eˣ)) is 1, and the square of eˣ may be too large.
    private static let limit: Float = 20

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { Float(Double(x) * tanh(log1p(exp(Double(x))))) }

    func derivative(x: Float, y: Float) -> Float {
        let t = tanhf(log1pf(expf(Swift.min(x, Self.limit))))
        return t + x * (1 - t * t) / (1 + expf(-x))
    }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        // With e = eˣ, tanh(ln(1 + e)) = e (e + 2) / (e (e + 2) + 2).
        { x, y, count in
            unsafe kernels.exp(x, into: y, count: count)
            for index in 0..<count {
                let part = unsafe y[index] * (y[index] + 2)
                unsafe y[index] = x[index] > Self.limit ? x[index] : x[index] * part / (part + 2)
            }
        }
    }
}
