package import JSON

/// An `architecture.json` for a state_dict of a plain chain of modules, guessed from the names and shapes of its tensors.
///
/// What tensors do not say (activations, pooling, padding) is assumed as networks usually have it, and each assumption is
/// written down; whoever knows the network corrects them.
package struct ArchitectureProposal: Sendable {
    /// The document, with its `assumptions`.
    package let json: JSONValue
    /// Sentences for people.
    package let assumptions: [String]

    /// Guesses a network.
    /// - Parameters:
    ///   - entries: The tensors in the order of the state_dict.
    ///   - inputShape: One sample as PyTorch has it: [channels, height, width], [channels, steps], [features] or
    ///     [steps, features]. Convolutions need it, others say it themselves.
    /// - Throws: `.malformed` or `.tensor` for a network that is no plain chain, or whose input cannot be known.
    package init(entries: [TensorEntry], inputShape: SampleShape? = nil) throws(ModelFormatError) {
        let modules = try StateModule.modules(of: entries.filter { !$0.name.hasSuffix("num_batches_tracked") })
        var order = ModuleOrder(modules)
        guard let chain = order.chain(), !chain.isEmpty else { throw Self.noChain(modules) }
        var draft = ProposalDraft(chain, inputShape)
        try draft.build()
        let shape = draft.inputShape.sizes.map { size in size.map { JSONValue.integer($0) } ?? .null }
        var members = [JSONMember("initialization", "pytorch")]
        if chain.contains(where: \.isConvolution) { members.append(JSONMember("layout", "channels_first")) }
        members.append(JSONMember("input_shape", .array(shape)))
        members.append(JSONMember("layers", .array(draft.layers)))
        if !draft.parameterNames.isEmpty { members.append(JSONMember("parameters", .object(draft.parameterNames))) }
        members.append(JSONMember("assumptions", JSONValue(draft.assumptions)))
        json = .object(members)
        assumptions = draft.assumptions
        try Self.check(json, entries)
    }

    /// Throws unless the document takes the tensors.
    private static func check(_ json: JSONValue, _ entries: [TensorEntry]) throws(ModelFormatError) {
        let architecture: Architecture
        do throws(FieldError) {
            architecture = try Architecture(json: json)
        } catch {
            throw ModelFormatError(error, part: "the network guessed from the tensors")
        }
        try architecture.checkFileTensors(entries)
    }

    private static func noChain(_ modules: [StateModule]) -> ModelFormatError {
        let names = modules.prefix(8).map { "\($0.name.quoted) \($0.inputs.map { "\($0)" } ?? "") → \($0.outputs)" }
        return .malformed(
            part: "state_dict",
            expected: "a plain chain of modules, each of which takes what the one before it gives; for another network "
                + "write architecture.json yourself (docs/architectures.md)",
            found: modules.isEmpty ? "no module" : names.joined(separator: ", "))
    }
}
