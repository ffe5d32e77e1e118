import Tensors

/// −x.
package struct Neg: UnaryOperator {
    package static let name = "Neg"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { -x }

    func derivative(x: Float, y: Float) -> Float { -1 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count { unsafe y[index] = -x[index] }
        }
    }
}
