import Tensors

/// The tensors of a state_dict that one module of PyTorch has, and what module that must be.
struct StateModule: Equatable {
    enum Kind: Equatable {
        /// Channels of input and result, and the window; the input's are those of one group.
        case convolution(inputs: Int, outputs: Int, window: [Int])
        case linear(inputs: Int, outputs: Int)
        case normalization(channels: Int)
        case embedding(count: Int, width: Int)
        case recurrent(type: String, inputs: Int, units: Int, layers: Int, isBidirectional: Bool)
    }

    /// `features.0`; empty when the tensors stand by themselves.
    let name: String
    let kind: Kind
    let hasBias: Bool

    /// The modules of a state_dict, in the order of their first tensors.
    /// - Throws: `.tensor` naming one that belongs to no module of a plain chain.
    static func modules(of entries: [TensorEntry]) throws(ModelFormatError) -> [StateModule] {
        var names: [String] = []
        var groups: [String: [String: TensorEntry]] = [:]
        for entry in entries {
            let dot = entry.name.lastIndex(of: ".") ?? entry.name.startIndex
            let module = String(entry.name[..<dot])
            if groups[module] == nil { names.append(module) }
            groups[module, default: [:]][String(entry.name[dot...].drop { $0 == "." })] = entry
        }
        var modules: [StateModule] = []
        for name in names { modules.append(try StateModule(name, groups[name] ?? [:])) }
        return modules
    }

    /// What a module with these tensors is.
    private init(_ name: String, _ tensors: [String: TensorEntry]) throws(ModelFormatError) {
        self.name = name
        if let weight = tensors["weight_ih_l0"]?.shape {
            kind = try Self.recurrent(name, weight, tensors)
            hasBias = tensors["bias_ih_l0"] != nil
            return
        }
        hasBias = tensors["bias"] != nil
        let known: Set<String> = ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
        if let other = tensors.filter({ !known.contains($0.key) }).min(by: { $0.key < $1.key }) {
            throw Self.unknown(other.value)
        }
        if let mean = tensors["running_mean"] {
            kind = .normalization(channels: mean.shape.elementCount)
            return
        }
        guard let weight = tensors["weight"] else {
            throw Self.unknown(tensors.min { $0.key < $1.key }?.value)
        }
        switch (weight.shape.rank, hasBias) {
        // A table of vectors is the one matrix that usually has no bias; its name settles it.
        case (2, false) where name.lowercased().contains("emb"):
            kind = .embedding(count: weight.shape[0], width: weight.shape[1])
        case (2, _): kind = .linear(inputs: weight.shape[1], outputs: weight.shape[0])
        case (3...5, _):
            kind = .convolution(
                inputs: weight.shape[1], outputs: weight.shape[0], window: Array(weight.shape.dimensions.dropFirst(2)))
        default: throw Self.unknown(weight)
        }
    }

    private static func recurrent(
        _ name: String, _ weight: Shape, _ tensors: [String: TensorEntry]
    ) throws(ModelFormatError) -> Kind {
        guard weight.rank == 2, let hidden = tensors["weight_hh_l0"]?.shape, hidden.rank == 2, hidden[1] > 0 else {
            throw unknown(tensors["weight_ih_l0"])
        }
        let types = [4: "LSTM", 3: "GRU", 1: "RNN"]
        guard let type = types[weight[0] / hidden[1]], weight[0] % hidden[1] == 0, tensors["weight_hr_l0"] == nil else {
            throw unknown(tensors["weight_hr_l0"] ?? tensors["weight_ih_l0"])
        }
        var layers = 1
        while tensors["weight_ih_l\(layers)"] != nil { layers += 1 }
        return .recurrent(
            type: type, inputs: weight[1], units: hidden[1], layers: layers,
            isBidirectional: tensors["weight_ih_l0_reverse"] != nil)
    }

    private static func unknown(_ entry: TensorEntry?) -> ModelFormatError {
        .tensor(
            entry?.name ?? "",
            expected: "tensors of Conv, BatchNorm, Linear, Embedding, LSTM, GRU or RNN; \(ArchitectureProposal.remedy)",
            found: entry.map { "\($0.shape)" } ?? "none")
    }

    /// What the module takes and gives: channels or features; nil where it takes what the one before it gives.
    var inputs: Int? {
        switch kind {
        case .convolution(let inputs, _, _), .linear(let inputs, _), .recurrent(_, let inputs, _, _, _): inputs
        case .normalization(let channels): channels
        case .embedding: nil
        }
    }

    var outputs: Int {
        switch kind {
        case .convolution(_, let outputs, _), .linear(_, let outputs), .embedding(_, let outputs): outputs
        case .normalization(let channels): channels
        case .recurrent(_, _, let units, _, let isBidirectional): units * (isBidirectional ? 2 : 1)
        }
    }

    var isNormalization: Bool {
        if case .normalization = kind { true } else { false }
    }

    var isConvolution: Bool {
        if case .convolution = kind { true } else { false }
    }
}
