import Glibc
import Tensors

/// x where x ≥ 0, alpha · (eˣ − 1) elsewhere (Clevert et al. 2015).
package struct Elu: UnaryOperator {
    package static let name = "Elu"
    package let alpha: Float

    package init(attributes: Attributes) throws(GraphError) { alpha = try attributes.float("alpha") ?? 1 }

    func scalar(_ x: Float) -> Float { x < 0 ? Float(Double(alpha) * expm1(Double(x))) : x }

    func derivative(x: Float, y: Float) -> Float { x > 0 ? 1 : y + alpha }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        let alpha = alpha
        return { x, y, count in
            unsafe kernels.exp(x, into: y, count: count)
            for index in 0..<count { unsafe y[index] = x[index] < 0 ? alpha * (y[index] - 1) : x[index] }
        }
    }
}
