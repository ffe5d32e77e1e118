import Graphs
import JSON

/// An activation as a layer: `Activation` with its name, or one of the layers with settings of their own.
struct ActivationLayer: Layer {
    let activation: Activation
    let members: [JSONMember]
    let keepsSteps = true

    /// `{"type": "Activation", "activation": "relu"}`
    init(_ fields: inout JSONFields) throws(FieldError) {
        _ = try fields.required("activation", try fields.string("activation"))
        activation = try fields.activation(allowsHalving: true)
        members = [JSONMember("activation", .string(activation.name))]
    }

    /// A layer type that is an activation: `{"type": "ReLU"}`.
    init(_ activation: Activation) {
        self.activation = activation
        members = []
    }

    /// `{"type": "LeakyReLU", "negative_slope": 0.3}`; Keras's slope when none is given.
    static func leakyReLU(_ fields: inout JSONFields) throws(FieldError) -> ActivationLayer {
        let slope = try fields.number("negative_slope", in: 0...1000) ?? 0.3
        return ActivationLayer(
            .leakyRelu(slope: Float(slope)), members: [JSONMember("negative_slope", .number(slope))])
    }

    /// `{"type": "ELU", "alpha": 1}`
    static func elu(_ fields: inout JSONFields) throws(FieldError) -> ActivationLayer {
        let alpha = try fields.number("alpha", in: 0...1000) ?? 1
        return ActivationLayer(.elu(alpha: Float(alpha)), members: [JSONMember("alpha", .number(alpha))])
    }

    /// `{"type": "GELU", "approximate": "none"}` or "tanh".
    static func gelu(_ fields: inout JSONFields) throws(FieldError) -> ActivationLayer {
        let kind = try fields.choice("approximate", of: GELUKind.self) ?? .none
        return ActivationLayer(
            .gelu(approximate: kind == .tanh), members: [JSONMember("approximate", .string(kind.rawValue))])
    }

    private enum GELUKind: String, CaseIterable { case none, tanh }

    /// `{"type": "CELU", "alpha": 1}`
    static func celu(_ fields: inout JSONFields) throws(FieldError) -> ActivationLayer {
        let alpha = try fields.number("alpha", in: 1e-6...1000) ?? 1
        return ActivationLayer(.celu(alpha: Float(alpha)), members: [JSONMember("alpha", .number(alpha))])
    }

    private init(_ activation: Activation, members: [JSONMember]) {
        self.activation = activation
        self.members = members
    }

    func plan(_ context: LayerContext) throws(FieldError) -> LayerPlan {
        let shape = try context.input()
        if activation == .softmax || activation == .logSoftmax, shape.sizes.last == .some(nil) || shape.rank == 0 {
            throw context.mismatch("a last dimension of known size", shape)
        }
        guard activation == .glu else { return LayerPlan(output: shape) }
        guard let width = shape.sizes.last.flatMap(\.self), width % 2 == 0 else {
            throw context.mismatch("an even last dimension", shape)
        }
        return LayerPlan(output: SampleShape(shape.sizes.dropLast() + [width / 2]))
    }

    func add(to graph: inout LayerGraph) throws(GraphError) -> Graph.ValueID {
        try activation.add(to: &graph, graph.input)
    }
}
