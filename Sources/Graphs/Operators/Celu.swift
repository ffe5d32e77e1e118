import Glibc
import Tensors

/// x where x ≥ 0, alpha · (exp(x / alpha) − 1) elsewhere (Barron 2017).
package struct Celu: UnaryOperator {
    package static let name = "Celu"
    package let alpha: Float

    package init(attributes: Attributes) throws(GraphError) {
        alpha = try attributes.float("alpha") ?? 1
        guard alpha != 0 else { throw .attribute("alpha", expected: "a number other than 0", found: "0") }
    }

    func scalar(_ x: Float) -> Float { x < 0 ? Float(Double(alpha) * expm1(Double(x) / Double(alpha))) : x }

    func derivative(x: Float, y: Float) -> Float { x > 0 ? 1 : y / alpha + 1 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        let alpha = alpha
        return { x, y, count in
            for index in 0..<count { unsafe y[index] = x[index] / alpha }
            unsafe kernels.exp(y, into: y, count: count)
            for index in 0..<count { unsafe y[index] = x[index] < 0 ? alpha * (y[index] - 1) : x[index] }
        }
    }
}
