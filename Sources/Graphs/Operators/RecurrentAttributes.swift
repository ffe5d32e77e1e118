/// The attributes that the recurrent operators of files share.
package struct RecurrentAttributes: Sendable {
    let hiddenSize: Int?
    let directions: [RecurrentDirection]
    let layout: RecurrentLayout
    /// The functions of one direction's cell; all directions have the same.
    let activations: [CellActivation]
    /// Whether Y repeats the output before a step that does not count instead of being 0 there.
    let repeatsOutput: Bool
    /// The part of the hidden state that training leaves out of the next step's sums.
    let recurrentDropout: Float

    /// The attribute of our own for `repeatsOutput`, which Keras's layers have.
    package static let repeatsOutputName = "repeats_output"
    /// The attribute of our own for `recurrentDropout`.
    package static let recurrentDropoutName = "recurrent_dropout"

    /// - Parameters:
    ///   - attributes: Of the node.
    ///   - usual: The functions that a cell has when the file names none.
    /// - Throws: `GraphError.attribute` for clipping and other values Apus does not take.
    init(_ attributes: Attributes, usual: [CellActivation]) throws(GraphError) {
        if let clip = try attributes.float("clip"), clip > 0 {
            throw .attribute("clip", expected: "no clipping", found: "\(clip)")
        }
        hiddenSize = try attributes.int("hidden_size")
        directions = try RecurrentDirection.list(try attributes.string("direction") ?? "forward")
        layout = try attributes.flag("layout") ? .batchFirst : .timeFirst
        repeatsOutput = try attributes.flag(Self.repeatsOutputName)
        recurrentDropout = try attributes.float(Self.recurrentDropoutName) ?? 0
        activations = try Self.activations(attributes, usual: usual)
    }

    private static func activations(
        _ attributes: Attributes, usual: [CellActivation]
    ) throws(GraphError) -> [CellActivation] {
        guard let names = try attributes.strings("activations"), !names.isEmpty else { return usual }
        var alphas = (try attributes.floats("activation_alpha") ?? [])[...]
        var betas = (try attributes.floats("activation_beta") ?? [])[...]
        var all: [CellActivation] = []
        for name in names {
            guard
                let activation = CellActivation(
                    name: name, alpha: { alphas.popFirst() }, beta: { betas.popFirst() })
            else { throw .attribute("activations", expected: "functions that ONNX's cells have", found: name) }
            all.append(activation)
        }
        let first = Array(all.prefix(usual.count))
        guard all.count % usual.count == 0,
            stride(from: 0, to: all.count, by: usual.count).allSatisfy({ Array(all[$0..<($0 + usual.count)]) == first })
        else {
            throw .attribute(
                "activations", expected: "\(usual.count) functions, the same for each direction",
                found: names.joined(separator: ", "))
        }
        return first
    }

    /// The attributes that say which functions a cell has; none for the usual ones.
    package static func activations(
        _ activations: [CellActivation], usual: [CellActivation], directions: Int
    ) -> [String: AttributeValue] {
        guard activations != usual else { return [:] }
        let all = (0..<directions).flatMap { _ in activations.map(\.onnx) }
        var result: [String: AttributeValue] = ["activations": .strings(all.map(\.name))]
        let (alphas, betas) = (all.compactMap(\.alpha), all.compactMap(\.beta))
        if !alphas.isEmpty { result["activation_alpha"] = .floats(alphas) }
        if !betas.isEmpty { result["activation_beta"] = .floats(betas) }
        return result
    }
}
