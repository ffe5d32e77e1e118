import Tensors

/// |x|.
package struct Abs: UnaryOperator {
    package static let name = "Abs"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { x.magnitude }

    func derivative(x: Float, y: Float) -> Float { x > 0 ? 1 : x < 0 ? -1 : 0 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count { unsafe y[index] = x[index].magnitude }
        }
    }
}
