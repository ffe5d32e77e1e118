package import Tensors

/// max(x, 0).
package struct Relu: UnaryOperator, ClampingOperator {
    package static let name = "Relu"
    package let clamp = Clamp.relu

    package init(attributes: Attributes) throws(GraphError) {}

    func scalar(_ x: Float) -> Float { x < 0 ? 0 : x }
}
