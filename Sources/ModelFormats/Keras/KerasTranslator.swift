import JSON

/// Lays the layers of a Keras model, and of the models inside of it, out as the list of an architecture.
///
/// A model inside of another becomes its layers, whose names begin with the model's name and a point. A layer that is
/// called several times stands there as often; all but the first share the weights of that one.
struct KerasTranslator {
    /// The results of one call: of a layer, further ones of which are `name:1` and so on, or of a model.
    private enum Results {
        case layer(String)
        case model([String])

        /// What other layers call a result; nil when there is none.
        func name(_ index: Int) -> String? {
            switch self {
            case .layer(let name): index == 0 ? name : "\(name):\(index)"
            case .model(let names): index < names.count ? names[index] : nil
            }
        }
    }

    private let settings: KerasLayerSettings
    private(set) var layers: [JSONValue] = []
    /// The name under which the first call of each layer of the config stands in the architecture, by its path in the
    /// config.
    private(set) var names: [String: String] = [:]
    private var used: Set = [Architecture.lengthsName]
    private var callCount = 0
    /// Whether there may be masks.
    private var hasMasks = false

    /// - Parameter version: Keras's, 1 to 3.
    init(version: Int) { settings = KerasLayerSettings(version: version) }

    /// The architecture of a whole model as its document.
    mutating func document(_ network: KerasNetwork) throws(FieldError) -> JSONValue {
        hasMasks = network.makesMasks
        var inputs: [JSONValue] = []
        var names: [String] = []
        for (_, reference) in network.inputs {
            guard let layer = network.layers.first(where: { $0.name == reference.layer }) else {
                throw FieldError(path: "config.input_layers", expected: "input layers", found: reference.layer.quoted)
            }
            let name = unique(layer.name)
            names.append(name)
            inputs.append(["name": .string(name), "shape": try KerasInput.shape(layer.object, network)])
        }
        let results = try expand(network, inputs: names, prefix: "", isDistributed: false)
        var outputs: [String] = []
        for (result, (key, reference)) in zip(results, network.outputs) {
            outputs.append(named(result, key ?? reference.layer, isTaken: outputs.contains(result)))
        }
        return [
            "name": .string(network.name.isEmpty ? "model" : network.name), "inputs": .array(inputs),
            "layers": .array(layers), "outputs": JSONValue(outputs),
        ]
    }

    /// The name of an output, as Keras has it: of the layer that makes it, which within another model has a longer one.
    private mutating func named(_ result: String, _ wanted: String, isTaken: Bool) -> String {
        if result == Self.allowed(wanted), !isTaken, layers.contains(where: { $0["name"]?.string == result }) {
            return result
        }
        let name = unique(wanted)
        layers.append(
            ["type": "Activation", "name": .string(name), "inputs": [.string(result)], "activation": "linear"])
        return name
    }

    // MARK: Calls

    /// Adds the layers of a model that takes `inputs` and returns what its outputs are called.
    private mutating func expand(
        _ network: KerasNetwork, inputs: [String], prefix: String, isDistributed: Bool
    ) throws(FieldError) -> [String] {
        guard inputs.count == network.inputs.count else {
            throw FieldError(
                path: "config.layers", expected: "\(network.inputs.count) inputs for \(network.name.quoted)",
                found: "\(inputs.count)")
        }
        var results: [KerasReference: Results] = [:]
        for (input, name) in zip(network.inputs, inputs) { results[input.reference] = .layer(name) }
        func name(_ reference: KerasReference) -> String? {
            let first = KerasReference(layer: reference.layer, call: reference.call, result: 0)
            return results[first]?.name(reference.result)
        }
        // Layers stand in an order in which most come after what they take; each walk over them does some more.
        let order = try KerasCalls(network, version: settings.version)
        var open = order.needed
        while !open.isEmpty {
            var waiting: [(layer: KerasNetwork.Layer, call: Int, inputs: [KerasReference])] = []
            for entry in open {
                let taken = entry.inputs.compactMap { name($0) }
                guard taken.count == entry.inputs.count else {
                    waiting.append(entry)
                    continue
                }
                let reference = KerasReference(layer: entry.layer.name, call: entry.call, result: 0)
                results[reference] = try add(entry.layer, entry.call, taken, prefix: prefix, isDistributed)
            }
            guard waiting.count < open.count else {
                throw FieldError(
                    path: "\(waiting[0].layer.object.path).inbound_nodes",
                    expected: "tensors of layers that do not wait for this one", found: "a loop, or none of that name")
            }
            open = waiting
        }
        var outputs: [String] = []
        for reference in order.outputs {
            guard let output = name(reference) else {
                throw FieldError(
                    path: "config.output_layers", expected: "tensors of layers", found: reference.layer.quoted)
            }
            outputs.append(output)
        }
        return outputs
    }

    /// Adds one call of a layer.
    private mutating func add(
        _ layer: KerasNetwork.Layer, _ index: Int, _ inputs: [String], prefix: String, _ isDistributed: Bool
    ) throws(FieldError) -> Results {
        let call = layer.calls[index]
        callCount += 1
        guard callCount <= 4 * Architecture.maximumLayerCount, !inputs.isEmpty else {
            throw FieldError(
                path: layer.object.path, expected: "at most \(4 * Architecture.maximumLayerCount) calls with a tensor",
                found: inputs.isEmpty ? "none" : "more")
        }
        if let error = call.trainingError, !KerasRegistry.augments(layer.object) { throw error }
        if layer.object.isOperation {
            let members = try KerasOperation.members(layer.object, call)
            return .layer(append(members, layer.name, inputs, prefix: prefix, isDistributed))
        }
        if let argument = call.settings.first {
            throw FieldError(
                path: "\(layer.object.path).inbound_nodes[\(index)]", expected: "tensors alone",
                found: argument.name.quoted)
        }
        if let network = layer.network {
            let isDistributed = isDistributed || layer.isDistributed
            return .model(
                try expand(network, inputs: inputs, prefix: "\(prefix)\(layer.name).", isDistributed: isDistributed))
        }
        var inputs = inputs
        if hasMasks, settings.version >= 3, inputs.count > 1, call.masks.isEmpty,
            Self.recurrent.contains(layer.object.className)
        {
            // Keras hands no mask to a layer that takes states too. Permute hands none on.
            let members = [JSONMember("type", "Permute"), JSONMember("dims", [1, 2])]
            inputs[0] = append(members, "\(layer.name).unmasked", [inputs[0]], prefix: prefix, isDistributed)
        }
        return .layer(try append(layer.object, layer.name, inputs, prefix: prefix, isDistributed))
    }

    private static let joining: Set = ["Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply", "Subtract"]
    private static let recurrent: Set = ["LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"]

    // MARK: Layers

    private mutating func append(
        _ object: KerasObject, _ name: String, _ inputs: [String], prefix: String, _ isDistributed: Bool
    ) throws(FieldError) -> String {
        var (members, activation) = try settings.members(object)
        if hasMasks, settings.version < 3, Self.joining.contains(object.className) {
            members += MaskJoining.all.members
        }
        let suffix = activation == nil ? "" : ".linear"
        let shared = try KerasVariables.of(object).contains(where: \.isKept) ? names[object.path] : nil
        let added = append(members, name + suffix, inputs, prefix: prefix, isDistributed, shares: shared)
        if names[object.path] == nil { names[object.path] = added }
        guard let activation else { return added }
        return try append(activation, name, [added], prefix: prefix, isDistributed)
    }

    private mutating func append(
        _ members: [JSONMember], _ name: String, _ inputs: [String], prefix: String, _ isDistributed: Bool,
        shares: String? = nil
    ) -> String {
        let name = unique(prefix + name)
        var place = [JSONMember("name", .string(name)), JSONMember("inputs", JSONValue(inputs))]
        if let shares { place.append(JSONMember("shares", .string(shares))) }
        let layer =
            isDistributed
            ? [JSONMember("type", "TimeDistributed"), JSONMember("layer", .object(members))] : members
        layers.append(.object([layer[0]] + place + layer.dropFirst()))
        return name
    }

    /// A name that an architecture allows, and that no other layer has.
    private mutating func unique(_ name: String) -> String {
        let stem = Self.allowed(name)
        var (result, number) = (stem, 0)
        while !used.insert(result).inserted {
            number += 1
            let suffix = "_\(number)"
            result = stem.prefix(ArchitectureReader.maximumNameLength - suffix.utf8.count) + suffix
        }
        return result
    }

    private static func allowed(_ name: String) -> String {
        let name = name.isEmpty ? "layer" : name
        let characters = name.map { ArchitectureReader.isName(String($0)) ? $0 : "_" }
        return String(characters.prefix(ArchitectureReader.maximumNameLength))
    }
}
