import Tensors

/// 1 where a number is not 0: what `Cast` of computed numbers to truth values becomes.
package struct NotZero: UnaryOperator, InternalOperator {
    package static let name = "NotZero"
    package static var hasGradient: Bool { false }

    package init() {}

    func scalar(_ x: Float) -> Float { x == 0 ? 0 : 1 }

    func derivative(x: Float, y: Float) -> Float { 0 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in for index in 0..<count { unsafe y[index] = x[index] == 0 ? 0 : 1 } }
    }
}
