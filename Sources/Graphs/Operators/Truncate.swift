import Tensors

/// The whole number next to a number towards zero: what `Cast` of computed numbers to integers becomes.
package struct Truncate: UnaryOperator, InternalOperator {
    package static let name = "Truncate"
    package static var hasGradient: Bool { false }

    package init() {}

    func scalar(_ x: Float) -> Float { x.rounded(.towardZero) }

    func derivative(x: Float, y: Float) -> Float { 0 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in for index in 0..<count { unsafe y[index] = x[index].rounded(.towardZero) } }
    }
}
