import Glibc
import Tensors

/// x to a fixed power.
package struct Power: UnaryOperator, InternalOperator {
    package static let name = "Power"
    package let exponent: Float

    init(_ exponent: Float) { self.exponent = exponent }

    func scalar(_ x: Float) -> Float { Float(pow(Double(x), Double(exponent))) }

    func derivative(x: Float, y: Float) -> Float { exponent == 0 ? 0 : exponent * powf(x, exponent - 1) }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        let exponent = exponent
        if exponent == 2 { return { x, y, count in unsafe kernels.multiply(x, x, into: y, count: count) } }
        return { x, y, count in
            for index in 0..<count { unsafe y[index] = powf(x[index], exponent) }
        }
    }
}
