package import Tensors

/// 1 where the input is 0, else 0.
package struct Not: UnaryOperator {
    package static let name = "Not"
    package static var hasGradient: Bool { false }

    package init(attributes: Attributes) throws(GraphError) {}

    package func inferTypes(_ inputs: InferenceInputs) throws(GraphError) -> [ValueType] {
        let type = try inputs.type(0)
        guard type.dtype == .float32 || type.dtype == .bool else {
            throw .input(0, expected: "what is true or false", found: "\(type)")
        }
        return [type]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let input = try inputs.required(0)
        if input.dtype == .float32 { return [Tensor(input.floats.map(scalar), shape: input.shape)] }
        let bytes = input.elements(as: UInt8.self).map { UInt8($0 == 0 ? 1 : 0) }
        return [Tensor(copying: bytes, dtype: .bool, shape: input.shape)]
    }

    func scalar(_ x: Float) -> Float { x == 0 ? 1 : 0 }

    func derivative(x: Float, y: Float) -> Float { 0 }

    func kernel(
        _ kernels: Kernels
    ) -> @Sendable (_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) -> Void {
        { x, y, count in for index in 0..<count { unsafe y[index] = x[index] == 0 ? 1 : 0 } }
    }
}
