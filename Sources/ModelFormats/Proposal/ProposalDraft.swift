import JSON

/// A network that is being guessed, layer by layer, from a chain of modules.
struct ProposalDraft {
    private let chain: [StateModule]
    private let given: SampleShape?
    private(set) var inputShape: SampleShape = []
    private(set) var layers: [JSONValue] = []
    private(set) var parameterNames: [JSONMember] = []
    private(set) var assumptions: [String] = []
    private var hasAssumedActivation = false

    init(_ chain: [StateModule], _ given: SampleShape?) {
        self.chain = chain
        self.given = given
    }

    /// Fills in the layers.
    mutating func build() throws(ModelFormatError) {
        let convolutions = chain.indices.filter { chain[$0].isConvolution }
        inputShape = try shapeOfInput()
        let window = try ConvolutionGuess(chain, inputShape)
        if !convolutions.isEmpty {
            assumptions.append("convolutions move by 1 place (\"strides\")")
            assumptions += window.assumptions
        }
        for (index, module) in chain.enumerated() {
            let next = index + 1 < chain.count ? chain[index + 1] : nil
            if case .linear = module.kind { flatten(before: index, window) }
            append(module, padding: window.padding(at: index), channels: window.channels(before: index), next)
            appendActivation(after: module, next)
            if window.isPooled(after: index) { layers.append(["type": .string("MaxPool\(window.rank)d")]) }
        }
        if hasAssumedActivation { assumptions.append("ReLU where the network has activations that no tensor tells of") }
        assumptions.append("no activation at the end: the outputs are logits")
    }

    /// The input's shape: what the caller says, or what the first module takes.
    private func shapeOfInput() throws(ModelFormatError) -> SampleShape {
        switch chain[0].kind {
        case .convolution(let inputs, _, let window):
            guard let given, given.rank == window.count + 1, !given.sizes.contains(nil),
                given.sizes[0] == inputs
            else {
                let sizes = window.count == 1 ? "STEPS" : window.count == 2 ? "HEIGHT,WIDTH" : "DEPTH,HEIGHT,WIDTH"
                throw .malformed(
                    part: "state_dict",
                    expected: "the shape of a sample, which no tensor tells: --input-shape \(inputs),\(sizes)",
                    found: given.map { "\($0)" } ?? "none")
            }
            return given
        case .linear(let inputs, _): return given ?? [inputs]
        case .embedding: return given ?? [nil]
        case .recurrent(_, let inputs, _, _, _): return given ?? [nil, inputs]
        case .normalization(let channels): return given ?? [channels]
        }
    }

    /// What stands between a linear module and another kind before it.
    private mutating func flatten(before index: Int, _ window: ConvolutionGuess) {
        guard index > 0 else {
            if inputShape.rank > 1, let count = inputShape.elementCount, count == chain[0].inputs {
                layers.append(["type": "Flatten"])
            }
            return
        }
        if window.flattens(at: index) {
            layers.append(["type": .string(window.isAveraged ? "GlobalAveragePooling\(window.rank)D" : "Flatten")])
        }
        if case .embedding = chain[index - 1].kind {
            layers.append(["type": "GlobalAveragePooling1D"])
            assumptions.append("the average of all vectors of the embedding goes on")
        }
    }

    /// Adds a module's own layer.
    private mutating func append(_ module: StateModule, padding: [Int], channels: Int, _ next: StateModule?) {
        var members: [JSONMember] = []
        switch module.kind {
        case .convolution(let inputs, let outputs, let window):
            members = [
                JSONMember("type", .string("Conv\(window.count)d")), JSONMember("filters", .integer(outputs)),
                JSONMember("kernel_size", JSONValue(window)),
            ]
            if channels != inputs { members.append(JSONMember("groups", .integer(channels / inputs))) }
            if padding.contains(where: { $0 != 0 }) { members.append(JSONMember("padding", JSONValue(padding))) }
        case .linear(_, let outputs):
            members = [JSONMember("type", "Linear"), JSONMember("units", .integer(outputs))]
        case .normalization: members = [JSONMember("type", "BatchNormalization")]
        case .embedding(let count, let width):
            members = [
                JSONMember("type", "Embedding"), JSONMember("input_dim", .integer(count)),
                JSONMember("output_dim", .integer(width)),
            ]
        case .recurrent(let type, _, let units, let count, let isBidirectional):
            members = [JSONMember("type", .string(type)), JSONMember("units", .integer(units))]
            if count > 1 { members.append(JSONMember("num_layers", .integer(count))) }
            members.append("bidirectional", isBidirectional, unless: false)
            appendSequence(to: &members, type, next)
        }
        if !module.hasBias, !module.isNormalizationOrEmbedding { members.append(JSONMember("use_bias", false)) }
        layers.append(.object([members[0], JSONMember("name", .string(name(of: module)))] + members.dropFirst()))
    }

    /// Whether a recurrent layer gives all its steps.
    private mutating func appendSequence(to members: inout [JSONMember], _ type: String, _ next: StateModule?) {
        if case .recurrent = next?.kind {
            members.append(JSONMember("return_sequences", true))
        } else {
            assumptions.append("the last hidden state of the \(type) goes on, of each direction")
        }
        if type == "RNN" { assumptions.append("the RNN's nonlinearity is tanh") }
    }

    /// The module's name; one of its own when its tensors have none.
    private mutating func name(of module: StateModule) -> String {
        guard module.name.isEmpty else { return module.name }
        parameterNames.append(JSONMember("layer.weight", "weight"))
        if module.hasBias { parameterNames.append(JSONMember("layer.bias", "bias")) }
        return "layer"
    }

    /// A ReLU after a module that usually has one, unless numbers in a `Sequential` leave it no place.
    private mutating func appendActivation(after module: StateModule, _ next: StateModule?) {
        guard let next, module.isActivated else { return }
        if case .normalization = next.kind, !module.isNormalizationOrEmbedding { return }
        if module.places(before: next) == 0 { return }
        layers.append(["type": "ReLU"])
        hasAssumedActivation = true
    }
}

extension StateModule {
    fileprivate var isNormalizationOrEmbedding: Bool {
        switch kind {
        case .normalization, .embedding: true
        default: false
        }
    }

    fileprivate var isActivated: Bool {
        switch kind {
        case .convolution, .linear, .normalization: true
        default: false
        }
    }

    /// How many modules without tensors stand between this one and the next in a `Sequential`, whose modules are
    /// numbered; nil when they are in none.
    func places(before next: StateModule) -> Int? {
        func split(_ name: String) -> (parent: Substring, number: Int)? {
            let dot = name.lastIndex(of: ".").map { name.index(after: $0) } ?? name.startIndex
            return Int(name[dot...]).map { (name[..<dot], $0) }
        }
        guard let own = split(name), let other = split(next.name), own.parent == other.parent,
            other.number > own.number
        else { return nil }
        return other.number - own.number - 1
    }
}
