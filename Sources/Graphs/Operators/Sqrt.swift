import Tensors

/// √x; NaN below 0.
package struct Sqrt: UnaryOperator {
    package static let name = "Sqrt"

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { x.squareRoot() }

    func derivative(x: Float, y: Float) -> Float { 0.5 / y }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in
            for index in 0..<count { unsafe y[index] = x[index].squareRoot() }
        }
    }
}
