/// Finds the order in which modules follow each other. A state_dict has them in the order in which the network made
/// them; files that sort their tensors do not.
struct ModuleOrder {
    /// Places that are tried at most.
    private static let maximumTrials = 20_000
    private let modules: [StateModule]
    private var trials = 0

    init(_ modules: [StateModule]) { self.modules = modules }

    /// The modules as a chain, each of which takes what the one before it gives: in the order they are in if that is
    /// one, else in the first other one found; nil when there is none.
    mutating func chain() -> [StateModule]? {
        var rest = Array(modules.indices)
        var chain: [Int] = []
        return extend(&chain, &rest) ? chain.map { modules[$0] } : nil
    }

    private mutating func extend(_ chain: inout [Int], _ rest: inout [Int]) -> Bool {
        if rest.isEmpty { return true }
        trials += 1
        guard trials <= Self.maximumTrials else { return false }
        for place in rest.indices {
            let candidate = rest[place]
            guard Self.follows(modules[candidate], chain.last.map { modules[$0] }) else { continue }
            rest.remove(at: place)
            chain.append(candidate)
            if extend(&chain, &rest) { return true }
            chain.removeLast()
            rest.insert(candidate, at: place)
        }
        return false
    }

    /// Whether a module may come after another one, or first.
    static func follows(_ module: StateModule, _ previous: StateModule?) -> Bool {
        guard let previous else {
            if case .normalization = module.kind { return false }
            return true
        }
        guard let inputs = module.inputs else { return false }
        switch (previous.kind, module.kind) {
        case (.linear, .convolution), (.embedding, .convolution), (.recurrent, .convolution),
            (.convolution, .recurrent), (.linear, .recurrent):
            return false
        case (.normalization, .convolution), (.convolution, .convolution):
            // Of a depthwise convolution the file has one channel for each group.
            return inputs == previous.outputs || (inputs > 0 && previous.outputs % inputs == 0)
        // Flattened: all places of a channel.
        case (.convolution, .linear), (.normalization, .linear): return inputs % max(previous.outputs, 1) == 0
        default: return inputs == previous.outputs
        }
    }
}
