import Tensors

/// A plain recurrent layer (Elman 1990) as files have it: weights are inputs. With constant weights it becomes
/// `HiddenStateLayer`.
package struct RNN: HiddenStateOperator {
    package static let name = "RNN"
    let common: RecurrentAttributes
    let cell: HiddenStateCell

    /// The function of a cell that names none.
    package static let usualActivations: [CellActivation] = [.tanh]

    package init(attributes: Attributes) throws(GraphError) {
        common = try RecurrentAttributes(attributes, usual: Self.usualActivations)
        cell = .plain(common.activations[0])
    }
}
