import Tensors

/// x where x > alpha, 0 elsewhere.
package struct ThresholdedRelu: UnaryOperator {
    package static let name = "ThresholdedRelu"
    package let alpha: Float

    package init(attributes: Attributes) throws(GraphError) { alpha = try attributes.float("alpha") ?? 1 }

    func scalar(_ x: Float) -> Float { x > alpha ? x : 0 }

    func derivative(x: Float, y: Float) -> Float { x > alpha ? 1 : 0 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        let alpha = alpha
        return { x, y, count in
            for index in 0..<count { unsafe y[index] = x[index] > alpha ? x[index] : 0 }
        }
    }
}
