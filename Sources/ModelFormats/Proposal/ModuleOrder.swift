/// Finds the order in which modules follow each other. A state_dict has them in the order in which the network made
/// them; files that sort their tensors do not.
struct ModuleOrder {
    enum Result: Equatable {
        /// The modules, each of which takes what the one before it gives; what was assumed to get there.
        case chain([StateModule], assumption: String?)
        /// Several modules can come next in different chains; they are two of them.
        case ambiguous(StateModule, StateModule)
        /// There is no chain.
        case none
    }

    /// Places that are tried at most.
    private static let maximumTrials = 20_000
    /// By the numbers in their names.
    private let modules: [StateModule]
    private let given: [StateModule]
    private var trials = 0
    private var found: [[Int]] = []

    init(_ modules: [StateModule]) {
        given = modules
        self.modules = modules.sorted { Self.isBefore($0.name, $1.name) }
    }

    /// The modules as a chain: in the order they are in if that is one, else in that of their names, else in the only
    /// other one there is.
    mutating func result() -> Result {
        let isSorted = zip(given, given.dropFirst()).allSatisfy { $0.name < $1.name }
        if !isSorted, Self.isChain(given) { return .chain(given, assumption: nil) }
        if Self.isChain(modules) {
            return .chain(modules, assumption: isSorted && given != modules ? Self.byName : nil)
        }
        var (chain, rest) = ([Int](), Array(modules.indices))
        extend(&chain, &rest)
        guard let first = found.first, !first.isEmpty else { return .none }
        if found.count > 1, let place = first.indices.first(where: { first[$0] != found[1][$0] }) {
            return .ambiguous(modules[first[place]], modules[found[1][place]])
        }
        guard trials <= Self.maximumTrials else { return .none }
        let ordered = first.map { modules[$0] }
        return .chain(
            ordered, assumption: "modules are in the only order in which each takes what the one before it gives")
    }

    private static let byName = "modules that could change places are in the order of their names"

    private static func isChain(_ modules: [StateModule]) -> Bool {
        !modules.isEmpty && modules.indices.allSatisfy { follows(modules[$0], $0 > 0 ? modules[$0 - 1] : nil) }
    }

    /// Looks for chains until there are two. Of modules that are alike, the first by name comes first, and no
    /// normalisation follows another.
    private mutating func extend(_ chain: inout [Int], _ rest: inout [Int]) {
        if rest.isEmpty { return found.append(chain) }
        for place in rest.indices {
            trials += 1
            guard trials <= Self.maximumTrials, found.count < 2 else { return }
            let candidate = rest[place]
            let (module, previous) = (modules[candidate], chain.last.map { modules[$0] })
            guard Self.follows(module, previous), !(module.isNormalization && previous?.isNormalization ?? false),
                !rest[..<place].contains(where: { modules[$0].kind == module.kind })
            else { continue }
            rest.remove(at: place)
            chain.append(candidate)
            extend(&chain, &rest)
            chain.removeLast()
            rest.insert(candidate, at: place)
        }
    }

    /// Whether a module may come after another one, or first.
    static func follows(_ module: StateModule, _ previous: StateModule?) -> Bool {
        guard let previous else { return !module.isNormalization }
        guard let inputs = module.inputs else { return false }
        switch (previous.kind, module.kind) {
        case (.linear, .convolution), (.embedding, .convolution), (.recurrent, .convolution),
            (.convolution, .recurrent), (.linear, .recurrent):
            return false
        case (.normalization, .convolution), (.convolution, .convolution):
            // Of a depthwise convolution the file has one channel, that of each group.
            let isDepthwise = inputs == 1 && previous.outputs > 0 && module.outputs % previous.outputs == 0
            return inputs == previous.outputs || isDepthwise
        // Flattened: all places of a channel.
        case (.convolution, .linear), (.normalization, .linear): return inputs % max(previous.outputs, 1) == 0
        default: return inputs == previous.outputs
        }
    }

    /// Whether a name comes before another, numbers in them by their value.
    private static func isBefore(_ one: String, _ other: String) -> Bool {
        let (ones, others) = (parts(one), parts(other))
        for (one, other) in zip(ones, others) where one != other {
            if let number = Int(one), let second = Int(other), number != second { return number < second }
            return one < other
        }
        return ones.count < others.count
    }

    private static func parts(_ name: String) -> [Substring] {
        var (parts, start) = ([Substring](), name.startIndex)
        for index in name.indices
        where index > start && name[index].isNumber != name[name.index(before: index)].isNumber {
            parts.append(name[start..<index])
            start = index
        }
        return parts + [name[start...]]
    }
}
