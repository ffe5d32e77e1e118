import JSON

/// The calls of a model's layers that its outputs need, with references as they are numbered here: calls from 0 on.
///
/// Since version 3, Keras writes down how it makes masks, as functions of `keras.ops`, and hands them to the layers that
/// heed them. Architectures make the same masks by themselves, so that those functions are left out.
struct KerasCalls {
    private(set) var needed: [(layer: KerasNetwork.Layer, call: Int, inputs: [KerasReference])] = []
    private(set) var outputs: [KerasReference] = []

    private let network: KerasNetwork
    private let version: Int
    private let layers: [String: KerasNetwork.Layer]
    /// The number that each model inside counts its first call by: where layers take its results, and among the outputs.
    private var firstCalls: (nodes: [String: Int], outputs: [String: Int]) = ([:], [:])

    /// - Parameters:
    ///   - network: The model.
    ///   - version: Keras's.
    /// - Throws: `FieldError` for a mask that is not Keras's own.
    init(_ network: KerasNetwork, version: Int) throws(FieldError) {
        (self.network, self.version) = (network, version)
        layers = Dictionary(network.layers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        firstCalls.nodes = firstCalls(network.layers.flatMap { $0.calls.flatMap(\.inputs) }, isOutput: false)
        firstCalls.outputs = firstCalls(network.outputs.map(\.reference), isOutput: true)
        outputs = network.outputs.map { numbered($0.reference, firstCalls.outputs) }
        try select()
    }

    /// Keras counts a model's own making as call 0: in version 2 of all models, since version 3 only of functional ones
    /// and among outputs. The highest number tells when this is not so.
    private func firstCalls(_ references: [KerasReference], isOutput: Bool) -> [String: Int] {
        var first: [String: Int] = [:]
        for layer in network.layers where layer.network != nil && !layer.isDistributed {
            let numbers = references.filter { $0.layer == layer.name }.map(\.call)
            guard let lowest = numbers.min(), let highest = numbers.max() else { continue }
            let isCounted = version < 3 || (isOutput && layer.object.className != "Sequential")
            first[layer.name] = highest >= layer.calls.count ? 1 : lowest == 0 ? 0 : isCounted ? 1 : 0
        }
        return first
    }

    private func numbered(_ reference: KerasReference, _ first: [String: Int]) -> KerasReference {
        // Of a single call there is no other.
        let isSingle = (layers[reference.layer]?.calls.count ?? 0) <= 1
        let call = isSingle ? 0 : reference.call - (first[reference.layer] ?? 0)
        return KerasReference(layer: reference.layer, call: call, result: reference.result)
    }

    /// Finds the calls that the outputs need, in the order of the layers.
    private mutating func select() throws(FieldError) {
        var open = outputs
        var seen: Set<KerasReference> = []
        while let reference = open.popLast() {
            let call = KerasReference(layer: reference.layer, call: reference.call, result: 0)
            guard seen.insert(call).inserted, let layer = layers[reference.layer],
                layer.calls.indices.contains(reference.call)
            else { continue }
            for mask in layer.calls[reference.call].masks { try check(mask, layer) }
            open += layer.calls[reference.call].inputs.map { numbered($0, firstCalls.nodes) }
        }
        for layer in network.layers {
            for (index, call) in layer.calls.enumerated()
            where seen.contains(KerasReference(layer: layer.name, call: index, result: 0)) {
                needed.append((layer, index, call.inputs.map { numbered($0, firstCalls.nodes) }))
            }
        }
    }

    /// Throws unless a mask comes from what an `Embedding` or a `Masking` layer of the model masks.
    private func check(_ mask: KerasReference, _ user: KerasNetwork.Layer) throws(FieldError) {
        var open = [mask]
        var seen: Set<KerasReference> = []
        var isMade = false
        while let reference = open.popLast() {
            // Functions may look at the shape of what a layer gives.
            guard seen.insert(reference).inserted, let layer = layers[reference.layer], layer.object.isOperation,
                layer.calls.indices.contains(reference.call)
            else { continue }
            let inputs = layer.calls[reference.call].inputs
            if layer.object.className == "NotEqual", inputs.contains(where: isMasked) {
                isMade = true
            } else {
                open += inputs
            }
        }
        guard isMade else {
            throw FieldError(
                path: "\(user.object.path).inbound_nodes",
                expected: "no masks but those of Embedding and Masking layers (use Masking instead)",
                found: "one from \(mask.layer.quoted)")
        }
    }

    /// Whether a layer makes a mask of these values.
    private func isMasked(_ reference: KerasReference) -> Bool {
        network.layers.contains { layer in
            let masks = layer.object.className == "Masking" || layer.object.value("mask_zero") == true
            return masks && layer.calls.contains { $0.inputs.contains(reference) }
        }
    }
}
