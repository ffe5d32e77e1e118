package import Tensors

/// Limits each element to a range. The bounds are attributes before opset 11 and inputs since.
package struct Clip: UnaryOperator, ClampingOperator {
    package static let name = "Clip"
    package let clamp: Clamp
    private let readsInputs: Bool

    package init(attributes: Attributes) throws(GraphError) {
        clamp = try Self.clamp(
            low: try attributes.float("min") ?? -.infinity, high: try attributes.float("max") ?? .infinity)
        readsInputs = true
    }

    /// Fixed bounds, with `low` ≤ `high`.
    package init(low: Float, high: Float) { self.init(Clamp(low: low, high: high)) }

    init(_ clamp: Clamp) {
        self.clamp = clamp
        readsInputs = false
    }

    package func specialized(_ inputs: InferenceInputs) throws(GraphError) -> Specialization? {
        guard readsInputs else { return nil }
        let low = try bound(inputs, 1) ?? clamp.low
        let high = try bound(inputs, 2) ?? clamp.high
        return Specialization(Clip(try Self.clamp(low: low, high: high)), inputs: [0])
    }

    private static func clamp(low: Float, high: Float) throws(GraphError) -> Clamp {
        guard low <= high else { throw .attribute("min", expected: "at most max, \(high)", found: "\(low)") }
        return Clamp(low: low, high: high)
    }

    private func bound(_ inputs: InferenceInputs, _ index: Int) throws(GraphError) -> Float? {
        guard inputs.has(index) else { return nil }
        guard let bound = inputs.constant(index), bound.elementCount == 1 else {
            throw .input(index, expected: "one number known when the model loads", found: "a computed value")
        }
        return bound.convertedToFloat32().floats[0]
    }

    package func evaluate(_ inputs: [Tensor?]) throws(GraphError) -> [Tensor] {
        let (x, shape) = try inputs.floats(0)
        let bounds = [1, 2].map { inputs.count > $0 ? inputs[$0]?.convertedToFloat32().floats.first : nil }
        let clamp = try Self.clamp(low: bounds[0] ?? clamp.low, high: bounds[1] ?? clamp.high)
        return [Tensor(x.map(clamp.apply), shape: shape)]
    }

    func scalar(_ x: Float) -> Float { clamp.apply(x) }
}
