import Tensors

/// The nearest whole number, of two the even one; it has no slope.
package struct Round: UnaryOperator {
    package static let name = "Round"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { x.rounded(.toNearestOrEven) }

    func derivative(x: Float, y: Float) -> Float { 0 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count { unsafe y[index] = x[index].rounded(.toNearestOrEven) }
        }
    }
}
