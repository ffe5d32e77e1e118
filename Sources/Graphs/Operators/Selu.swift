import Glibc
import Tensors

/// gamma · (x where x > 0, alpha · (eˣ − 1) elsewhere) (Klambauer et al. 2017).
package struct Selu: UnaryOperator {
    package static let name = "Selu"
    package let alpha: Float
    package let gamma: Float

    package init(attributes: Attributes) throws(GraphError) {
        alpha = try attributes.float("alpha") ?? 1.673_263_2
        gamma = try attributes.float("gamma") ?? 1.050_701
    }

    func scalar(_ x: Float) -> Float { gamma * (x > 0 ? x : Float(Double(alpha) * expm1(Double(x)))) }

    func derivative(x: Float, y: Float) -> Float { x > 0 ? gamma : y + gamma * alpha }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        let (alpha, gamma) = (alpha, gamma)
        return { x, y, count in
            unsafe kernels.exp(x, into: y, count: count)
            for index in 0..<count { unsafe y[index] = gamma * (x[index] > 0 ? x[index] : alpha * (y[index] - 1)) }
        }
    }
}
