import JSON

/// Writes a layer of Keras as `architecture.json` has it.
struct KerasLayerSettings {
    /// Whose meaning words have: Keras 2 and 3 differ in `hard_sigmoid`.
    let version: Int

    /// Settings that say nothing about what a layer computes, or what the file's own tensors say.
    private static let ignored: Set = [
        "name", "trainable", "dtype", "autocast", "batch_input_shape", "batch_shape", "input_shape", "input_length",
        "seed", "noise_shape", "implementation", "unroll", "rng_type", "synchronized", "renorm_clipping",
        "renorm_momentum", "l1", "l2",
    ]
    private static let ignoredEndings = ["_regularizer", "_constraint", "_initializer"]
    /// Settings that Apus follows only with these values, besides false and null.
    private static let usual: [String: [JSONValue]] = ["data_format": ["channels_last"], "groups": [1]]

    /// The members of a layer.
    /// - Returns: The members without a name, and an activation that is a layer of its own, which follows.
    /// - Throws: `FieldError` for a class that Apus does not have, or a setting that it does not follow.
    func members(
        _ object: KerasObject
    ) throws(FieldError) -> (members: [JSONMember], activation: KerasObject?) {
        let rule = try KerasRegistry.rule(object)
        var members = [JSONMember("type", .string(rule.type ?? object.className))]
        var activation: KerasObject?
        for setting in rule.settings {
            guard let value = object.value(setting.name) else { continue }
            if let usual = setting.usual, value == usual || value.double.map({ $0 == usual.double }) ?? false {
                continue
            }
            if setting.name == "activation", let layer = try activationLayer(value, object) {
                activation = layer
            } else if let value = try converted(value, setting.name, object) {
                members.append(JSONMember(setting.architectureName, value))
            }
        }
        try refuseOthers(object, rule)
        try complete(&members, object)
        return (members, activation)
    }

    /// What older files leave out and meant otherwise.
    private func complete(_ members: inout [JSONMember], _ object: KerasObject) throws(FieldError) {
        if object.className == "GRU" || object.className == "GRUCell", object.value("reset_after") == nil {
            members.append(JSONMember("reset_after", false))
        }
        // What stands there as null is not what a setting that is left out means.
        for (name, setting, value) in [("Bidirectional", "merge_mode", "none"), ("Normalization", "axis", .null)]
            as [(String, String, JSONValue)]
        where object.className == name && object.value(setting) == nil && object.fields.names.contains(setting) {
            members.append(JSONMember(setting, value))
        }
    }

    /// Refuses settings that the rule does not know, unless they mean nothing.
    private func refuseOthers(_ object: KerasObject, _ rule: KerasRule) throws(FieldError) {
        try refuseQuantized(object)
        if rule.ignoresSettings { return }
        for name in object.fields.names where !rule.settings.contains(where: { $0.name == name }) {
            guard !Self.ignored.contains(name), !Self.ignoredEndings.contains(where: name.hasSuffix),
                let value = object.value(name), value != false, !(Self.usual[name]?.contains(value) ?? false)
            else { continue }
            let usual = Self.usual[name].map { $0.map(\.text).joined(separator: " or ") }
            throw object.unsupported(name, usual ?? "none, or false", value)
        }
    }

    /// Lower precision is computed in float32, but weights of 4 and 8 bits are not read.
    private func refuseQuantized(_ object: KerasObject) throws(FieldError) {
        guard let dtype = object.value("dtype") else { return }
        let name = dtype.string ?? dtype["config"]?["name"]?.string ?? dtype["config"]?["mode"]?.string ?? ""
        let floats = ["float16", "float32", "float64", "bfloat16", "mixed_float16", "mixed_bfloat16"]
        let isFunctionOfIntegers = ["int32", "int64", "uint8"].contains(name)
        guard floats.contains(name) || isFunctionOfIntegers else {
            throw object.unsupported("dtype", "one of \(floats.joined(separator: ", "))", .string(name))
        }
    }

    /// An activation that is a layer: `Dense(8, activation=LeakyReLU())`.
    private func activationLayer(_ value: JSONValue, _ object: KerasObject) throws(FieldError) -> KerasObject? {
        guard value.members != nil else { return nil }
        return try KerasObject(value, path: object.fields.path(of: "activation"))
    }

    private func converted(
        _ value: JSONValue, _ name: String, _ object: KerasObject
    ) throws(FieldError) -> JSONValue? {
        let path = object.fields.path(of: name)
        switch name {
        case "activation", "recurrent_activation": return try activation(value, path: path)
        case "layer", "backward_layer", "cell": return try inner(value, path: path)
        case "cells":
            guard let cells = value.array else { return value }
            var list: [JSONValue] = []
            for (index, cell) in cells.enumerated() { list.append(try inner(cell, path: "\(path)[\(index)]")) }
            return .array(list)
        case "mean", "variance": return Self.list(value)
        case _ where name.hasSuffix("_initializer"): return Self.initializer(value)
        default: return value
        }
    }

    /// A layer inside of a layer.
    private func inner(_ value: JSONValue, path: String) throws(FieldError) -> JSONValue {
        let object = try KerasObject(value, path: path)
        let (members, activation) = try members(object)
        if let activation {
            throw FieldError(
                path: "\(path).config.activation", expected: "the name of an activation", found: activation.described)
        }
        return .object(members)
    }

    /// The name of an activation as Apus knows it.
    private func activation(_ value: JSONValue, path: String) throws(FieldError) -> JSONValue {
        guard let name = value.string else {
            _ = try KerasObject(value, path: path)
            throw FieldError(path: path, expected: "the name of an activation", found: JSONFields.text(value))
        }
        switch name {
        case "hard_sigmoid" where version < 3: return "hard_sigmoid_keras2"
        case "softmax_v2": return "softmax"
        default: return value
        }
    }

    /// Numbers in lists within lists as one list.
    private static func list(_ value: JSONValue) -> JSONValue {
        guard let elements = value.array else { return value }
        return .array(elements.flatMap { list($0).array ?? [$0] })
    }

    /// The name of an initialiser with its usual settings; nil for others, as the file has the tensors anyhow.
    private static func initializer(_ value: JSONValue) -> JSONValue? {
        let name = value.string ?? value["class_name"]?.string.map(ArchitectureReader.snakeCase) ?? ""
        return InitializerName.all.contains(name) ? .string(name) : nil
    }
}
