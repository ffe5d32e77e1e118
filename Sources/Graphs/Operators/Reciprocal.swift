import Tensors

/// 1 / x.
package struct Reciprocal: UnaryOperator {
    package static let name = "Reciprocal"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { 1 / x }

    func derivative(x: Float, y: Float) -> Float { -y * y }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count { unsafe y[index] = 1 / x[index] }
        }
    }
}
