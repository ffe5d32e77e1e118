import Tensors

/// x where x ≥ 0, slope · x elsewhere.
package struct LeakyRelu: UnaryOperator {
    package static let name = "LeakyRelu"
    let slope: Float

    package init(attributes: Attributes) throws(GraphError) { slope = try attributes.float("alpha") ?? 0.01 }

    func scalar(_ x: Float) -> Float { x < 0 ? slope * x : x }

    func derivative(x: Float, y: Float) -> Float { x < 0 ? slope : 1 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        let slope = slope
        return { x, y, count in
            for index in 0..<count { unsafe y[index] = x[index] < 0 ? slope * x[index] : x[index] }
        }
    }
}
