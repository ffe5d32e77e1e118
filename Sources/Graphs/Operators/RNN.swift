import Tensors

/// A plain recurrent layer (Elman 1990) as files have it: weights are inputs. With constant weights it becomes
/// `HiddenStateLayer`.
package struct RNN: HiddenStateOperator {
    package static let name = "RNN"
    let hiddenSize: Int?
    let directions: [RecurrentDirection]
    let layout: RecurrentLayout
    let cell: HiddenStateCell

    package init(attributes: Attributes) throws(GraphError) {
        (hiddenSize, directions, layout) = try Self.common(attributes)
        let wanted = try attributes.strings("activations") ?? ["Tanh"]
        guard Set(wanted).count == 1, wanted[0] == "Tanh" || wanted[0] == "Relu" else {
            throw .attribute("activations", expected: "Tanh or Relu", found: wanted.joined(separator: ", "))
        }
        cell = wanted[0] == "Tanh" ? .tanh : .relu
    }
}
