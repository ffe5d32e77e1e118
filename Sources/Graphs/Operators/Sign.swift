import Tensors

/// -1, 0 or 1; it has no slope.
package struct Sign: UnaryOperator {
    package static let name = "Sign"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { x > 0 ? 1 : x < 0 ? -1 : x }

    func derivative(x: Float, y: Float) -> Float { 0 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count { unsafe y[index] = x[index] > 0 ? 1 : x[index] < 0 ? -1 : x[index] }
        }
    }
}
