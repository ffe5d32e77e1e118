import Glibc
import Tensors

/// x · Φ(x) with the normal distribution Φ (Hendrycks & Gimpel 2016), or its approximation by tanh.
package struct Gelu: UnaryOperator {
    package static let name = "Gelu"
    package let isApproximate: Bool

    package init(attributes: Attributes) throws(GraphError) {
        let kind = try attributes.string("approximate") ?? "none"
        guard kind == "none" || kind == "tanh" else {
            throw .attribute("approximate", expected: "none or tanh", found: kind)
        }
        isApproximate = kind == "tanh"
    }

    /// √(2 / π).
    private static let root: Float = 0.797_884_56

    func scalar(_ x: Float) -> Float {
        let value = Double(x)
        guard isApproximate else { return Float(value / 2 * (1 + erf(value / 2.0.squareRoot()))) }
        return Float(value / 2 * (1 + tanh((2 / Double.pi).squareRoot() * (value + 0.044715 * value * value * value))))
    }

    func derivative(x: Float, y: Float) -> Float {
        guard isApproximate else {
            return 0.5 * (1 + erff(x * 0.707_106_77)) + x * Self.root / 2 * expf(-x * x / 2)
        }
        let t = tanhf(Self.root * (x + 0.044715 * x * x * x))
        return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * Self.root * (1 + 3 * 0.044715 * x * x)
    }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        guard isApproximate else {
            return { x, y, count in
                for index in 0..<count {
                    unsafe y[index] = x[index] / 2 * (1 + erff(x[index] * 0.707_106_77))
                }
            }
        }
        return { x, y, count in
            for index in 0..<count {
                let value = unsafe x[index]
                unsafe y[index] = Self.root * (value + 0.044715 * value * value * value)
            }
            unsafe kernels.tanh(y, into: y, count: count)
            for index in 0..<count { unsafe y[index] = x[index] / 2 * (1 + y[index]) }
        }
    }
}
