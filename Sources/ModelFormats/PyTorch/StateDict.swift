/// The tensors of a network in what `torch.save` wrote: a state_dict, or a checkpoint that has one somewhere.
struct StateDict {
    /// In the order of the file, without the prefixes that wrappers of a network put before all names.
    private(set) var tensors: [(name: String, tensor: TorchTensor)] = []

    /// Where people keep a state_dict in a checkpoint, the likeliest first.
    private static let usualKeys = [
        "model_state_dict", "state_dict", "model_state", "model", "net", "network", "module", "weights", "params",
    ]
    /// How deep a state_dict may lie in a checkpoint.
    private static let maximumDepth = 8
    /// Prefixes of `DataParallel` and `torch.compile`.
    private static let wrappers = ["module.", "_orig_mod."]

    private let nodes: [PickleNode]
    /// Dictionaries that were looked into: a file may have one in many places, and inside itself.
    private var visited: Set<Int> = []

    /// Finds the tensors in the value of a pickle.
    /// - Throws: `.malformed` when there are none, or several networks to choose from.
    init(_ root: PickleValue, nodes: [PickleNode]) throws(ModelFormatError) {
        self.nodes = nodes
        let part = "PyTorch file"
        guard case .node(let place) = root, case .dictionary(let dictionary) = nodes[place] else {
            throw .malformed(
                part: part, expected: "a state_dict, as torch.save(model.state_dict(), …) writes it",
                found: "something that is no dictionary")
        }
        guard let found = try find(in: root, depth: 0) else {
            let keys = dictionary.entries.prefix(8).map(\.key.quoted).joined(separator: ", ")
            throw .malformed(
                part: part, expected: "a state_dict, as torch.save(model.state_dict(), …) writes it",
                found: "a dictionary without tensors" + (keys.isEmpty ? "" : ": \(keys)"))
        }
        for (name, value) in found.entries {
            if let tensor = tensor(value) { tensors.append((name, tensor)) }
        }
        for wrapper in Self.wrappers + Self.wrappers where tensors.allSatisfy({ $0.name.hasPrefix(wrapper) }) {
            tensors = tensors.map { (String($0.name.dropFirst(wrapper.count)), $0.tensor) }
        }
    }

    private func tensor(_ value: PickleValue) -> TorchTensor? {
        guard case .node(let place) = value, case .tensor(let tensor) = nodes[place] else { return nil }
        return tensor
    }

    /// The dictionary with the tensors in or below `value`; nil without one.
    private mutating func find(in value: PickleValue, depth: Int) throws(ModelFormatError) -> PickleDictionary? {
        guard case .node(let place) = value, case .dictionary(let dictionary) = nodes[place],
            visited.insert(place).inserted
        else { return nil }
        let named = dictionary.entries.filter { tensor($0.value) != nil }
        // Names of parameters have points; a checkpoint may have a tensor of its own, such as its loss.
        if named.contains(where: { $0.key.contains(".") }) { return dictionary }
        guard depth < Self.maximumDepth else { return named.isEmpty ? nil : dictionary }
        for key in Self.usualKeys {
            if let inner = dictionary[key], let found = try find(in: inner, depth: depth + 1) { return found }
        }
        var found: (key: String, dictionary: PickleDictionary)?
        for (key, value) in dictionary.entries where !key.contains("optim") && !key.contains("sched") {
            guard let next = try find(in: value, depth: depth + 1) else { continue }
            if let found {
                throw .malformed(
                    part: "checkpoint", expected: "one state_dict",
                    found: "several, under \(found.key.quoted) and \(key.quoted); "
                        + "torch.save(checkpoint[\(found.key.quoted)], \"model.pt\") writes one of them")
            }
            found = (key, next)
        }
        return found?.dictionary ?? (named.isEmpty ? nil : dictionary)
    }
}
