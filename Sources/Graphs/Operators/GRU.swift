import Tensors

/// A gated recurrent unit (Cho et al. 2014) as files have it: weights are inputs, gates in the order z, r, h. With
/// constant weights it becomes `HiddenStateLayer`.
package struct GRU: HiddenStateOperator {
    package static let name = "GRU"
    let common: RecurrentAttributes
    let cell: HiddenStateCell

    /// The functions of a cell that names none.
    package static let usualActivations: [CellActivation] = [.sigmoid, .tanh]

    package init(attributes: Attributes) throws(GraphError) {
        common = try RecurrentAttributes(attributes, usual: Self.usualActivations)
        cell = .gru(
            resetsAfterProduct: try attributes.flag("linear_before_reset"), gates: common.activations[0],
            candidate: common.activations[1])
    }
}
