/// What speaks against a plain chain although all modules would fit into one: tensors do not tell where shortcuts and
/// branches are, but names do, and so do blocks that give as many channels as they take.
struct BranchSigns {
    /// Words in the names of modules that stand beside others, or around which something is led.
    private static let words: Set<String> = [
        "actor", "advantage", "attention", "attn", "aux", "branch", "branches", "bypass", "critic", "denseblock",
        "denselayer", "downsample", "excitation", "experts", "fpn", "heads", "identity", "inception", "key", "lateral",
        "left", "logvar", "mixed", "mu", "qkv", "query", "res", "resblock", "resblocks", "residual", "residuals",
        "resnet",
        "right", "se", "shortcut", "shortcuts", "sigma", "skip", "skips", "squeeze", "tower", "towers", "value",
    ]
    /// Words in the names of transposed convolutions, whose weights look like those of others.
    private static let transposing: Set<String> = [
        "convt", "convtranspose", "deconv", "transpose", "transposed", "up", "upconv", "upsample",
    ]
    /// Modules that a message names.
    private static let listedCount = 4

    private let modules: [StateModule]

    init(_ modules: [StateModule]) { self.modules = modules }

    /// Why the modules are no plain chain, or cannot be known to be one; nil when nothing says so.
    var reason: String? {
        let named = modules.filter { module in
            Self.words(of: module.name).contains { word in
                Self.words.contains(word) || (module.isConvolution && Self.transposing.contains(word))
            }
        }
        if !named.isEmpty {
            return "\(Self.list(named)), whose names are those of branches, shortcuts or transposed convolutions"
        }
        func first(_ word: String) -> StateModule? { modules.first { Self.words(of: $0.name).contains(word) } }
        if modules.contains(where: \.isRecurrent), let encoder = first("encoder"), let decoder = first("decoder") {
            return "\(Self.list([encoder, decoder])), an encoder and a decoder"
        }
        let innermost = blocks.filter(\.isNumbered).min {
            ($0.modules.count, $1.name.count) < ($1.modules.count, $0.name.count)
        }
        guard let block = innermost else { return nil }
        return "blocks of several modules that give as many channels as they take, around which shortcuts may lead: "
            + "\(block.name.quoted) with \(Self.list(block.modules))"
    }

    /// What a chain of these modules takes for granted; nil when no shortcut would fit.
    var assumption: String? {
        var names = blocks.map(\.name)
        names += modules.filter { $0.isWeighted && $0.inputs == $0.outputs }.map(\.name)
        guard !names.isEmpty else { return nil }
        return "no shortcut leads around \(names.prefix(Self.listedCount).joined(separator: ", "))"
            + (names.count > Self.listedCount ? " and \(names.count - Self.listedCount) more" : "")
    }

    /// A module of several modules, but not the whole network, that gives as many channels as it takes.
    private struct Block {
        let name: String
        let modules: [StateModule]
        /// Whether it is one of several by its name.
        var isNumbered: Bool { name.last?.isNumber ?? false }
    }

    private var blocks: [Block] {
        var names: [String] = []
        var members: [String: [StateModule]] = [:]
        for module in modules where module.isWeighted {
            for container in module.containers {
                if members[container] == nil { names.append(container) }
                members[container, default: []].append(module)
            }
        }
        let count = modules.count(where: \.isWeighted)
        return names.compactMap { name in
            let inside = members[name] ?? []
            guard inside.count > 1, inside.count < count, inside[0].inputs == inside[inside.count - 1].outputs else {
                return nil
            }
            return Block(name: name, modules: inside)
        }
    }

    /// The words of a name in small letters: `layer1.0.downSample_a` has `layer`, `down`, `sample`, `downsample` and `a`.
    private static func words(of name: String) -> Set<String> {
        var words: Set<String> = []
        for part in name.split(whereSeparator: { !$0.isLetter }) {
            words.insert(part.lowercased())
            var word = ""
            for letter in part {
                if letter.isUppercase, word.last?.isLowercase ?? false {
                    words.insert(word.lowercased())
                    word = ""
                }
                word.append(letter)
            }
            words.insert(word.lowercased())
        }
        return words
    }

    private static func list(_ modules: [StateModule]) -> String {
        modules.prefix(listedCount).map { "\($0.name).weight".quoted }.joined(separator: ", ")
            + (modules.count > listedCount ? " and \(modules.count - listedCount) more" : "")
    }
}

extension StateModule {
    var isRecurrent: Bool {
        if case .recurrent = kind { true } else { false }
    }

    /// Whether it is more than a normalisation or a table.
    fileprivate var isWeighted: Bool {
        switch kind {
        case .normalization, .embedding: false
        case .convolution, .linear, .recurrent: true
        }
    }

    /// The names of the modules that it is in, the outermost first.
    fileprivate var containers: [String] {
        name.indices.filter { name[$0] == "." }.map { String(name[..<$0]) }
    }
}
