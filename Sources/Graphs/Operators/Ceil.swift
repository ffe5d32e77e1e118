import Tensors

/// The smallest whole number that is not below x; it has no slope.
package struct Ceil: UnaryOperator {
    package static let name = "Ceil"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { x.rounded(.up) }

    func derivative(x: Float, y: Float) -> Float { 0 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count { unsafe y[index] = x[index].rounded(.up) }
        }
    }
}
