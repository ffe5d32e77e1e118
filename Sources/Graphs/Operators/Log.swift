import Glibc
import Tensors

/// The natural logarithm; NaN below 0.
package struct Log: UnaryOperator {
    package static let name = "Log"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { Float(log(Double(x))) }

    func derivative(x: Float, y: Float) -> Float { 1 / x }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count { unsafe y[index] = logf(x[index]) }
        }
    }
}
