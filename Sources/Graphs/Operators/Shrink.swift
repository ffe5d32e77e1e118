import Tensors

/// x + bias below -lambd, x - bias above lambd, 0 between: PyTorch's hard and soft shrinkage.
package struct Shrink: UnaryOperator {
    package static let name = "Shrink"
    package let lambd: Float
    package let bias: Float

    package init(attributes: Attributes) throws(GraphError) {
        lambd = try attributes.float("lambd") ?? 0.5
        bias = try attributes.float("bias") ?? 0
    }

    func scalar(_ x: Float) -> Float { x < -lambd ? x + bias : x > lambd ? x - bias : 0 }

    func derivative(x: Float, y: Float) -> Float { abs(x) > lambd ? 1 : 0 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        let (lambd, bias) = (lambd, bias)
        return { x, y, count in
            for index in 0..<count {
                let value = unsafe x[index]
                unsafe y[index] = value < -lambd ? value + bias : value > lambd ? value - bias : 0
            }
        }
    }
}
