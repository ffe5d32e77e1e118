import Tensors

/// A gated recurrent unit (Cho et al. 2014) as files have it: weights are inputs, gates in the order z, r, h. With
/// constant weights it becomes `HiddenStateLayer`.
package struct GRU: HiddenStateOperator {
    package static let name = "GRU"
    let hiddenSize: Int?
    let directions: [RecurrentDirection]
    let layout: RecurrentLayout
    let cell: HiddenStateCell

    package init(attributes: Attributes) throws(GraphError) {
        (hiddenSize, directions, layout) = try Self.common(attributes)
        let wanted = try attributes.strings("activations") ?? []
        guard wanted.indices.allSatisfy({ wanted[$0] == ["Sigmoid", "Tanh"][$0 % 2] }) else {
            throw .attribute("activations", expected: "Sigmoid, Tanh", found: wanted.joined(separator: ", "))
        }
        cell = .gru(resetsAfterProduct: try attributes.flag("linear_before_reset"))
    }
}
