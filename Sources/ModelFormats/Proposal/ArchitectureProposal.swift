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
        let (chain, assumption) = try Self.chain(modules)
        var draft = ProposalDraft(chain, inputShape)
        try draft.build()
        let shape = draft.inputShape.sizes.map { size in size.map { JSONValue.integer($0) } ?? .null }
        var members = [JSONMember("initialization", "pytorch")]
        if chain.contains(where: \.isConvolution) { members.append(JSONMember("layout", "channels_first")) }
        members.append(JSONMember("input_shape", .array(shape)))
        members.append(JSONMember("layers", .array(draft.layers)))
        if !draft.parameterNames.isEmpty { members.append(JSONMember("parameters", .object(draft.parameterNames))) }
        assumptions = [assumption, BranchSigns(chain).assumption].compactMap(\.self) + draft.assumptions
        members.append(JSONMember("assumptions", JSONValue(assumptions)))
        json = .object(members)
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

    /// What to do when nothing can be proposed.
    static let remedy =
        "for another network write architecture.json beside the file yourself (docs/architectures.md), or export it to ONNX "
        + "where its class is: torch.onnx.export(model, (sample,), \"model.onnx\", dynamo=True)"

    /// The modules in their order, and what it takes for granted.
    private static func chain(
        _ modules: [StateModule]
    ) throws(ModelFormatError) -> (chain: [StateModule], assumption: String?) {
        if let reason = BranchSigns(modules).reason { throw noChain(reason) }
        var order = ModuleOrder(modules)
        switch order.result() {
        case .chain(let chain, let assumption):
            if let reason = BranchSigns(chain).reason { throw noChain(reason) }
            return (chain, assumption)
        case .ambiguous(let one, let other):
            throw noChain(
                "several possible orders: \(one.described) and \(other.described) may stand in each other's place. "
                    + "torch.save(model.state_dict(), \"model.pt\") keeps the order")
        case .none: throw noChain(misfit(modules))
        }
    }

    /// Where modules do not follow each other.
    private static func misfit(_ modules: [StateModule]) -> String {
        guard
            let place = modules.indices.dropFirst().first(where: { !ModuleOrder.follows(modules[$0], modules[$0 - 1]) })
        else { return modules.first?.described ?? "no module" }
        let module = modules[place]
        let parallel = modules[..<place].first { $0.inputs == module.inputs && $0.inputs != nil && $0.inputs != 1 }
        guard let parallel else { return "\(module.described) after \(modules[place - 1].described)" }
        return "\(parallel.described) and \(module.described), which take the same"
    }

    private static func noChain(_ found: String) -> ModelFormatError {
        .malformed(
            part: "state_dict",
            expected: "a plain chain of modules, each of which takes what the one before it gives; \(remedy)",
            found: found)
    }
}

extension StateModule {
    /// For messages: `"fc1.weight" (128 → 10)`.
    fileprivate var described: String {
        "\("\(name).weight".quoted) (\(inputs.map { "\($0) → " } ?? "")\(outputs))"
    }
}
