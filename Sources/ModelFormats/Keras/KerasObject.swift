import JSON

/// An object of a Keras config, a layer for instance: `{"module": …, "class_name": …, "config": {…}}`.
///
/// A config may name any class and any function of Python. None is looked for: the class must be one of Keras's own, by the
/// name that Keras has for it.
struct KerasObject {
    /// Where it stands in its document, for messages.
    let path: String
    let className: String
    /// Whether it is a function of `keras.ops` and not a layer.
    let isOperation: Bool
    /// The name within its model; empty when it has none.
    let name: String
    private let members: JSONFields
    private let config: JSONFields

    /// - Throws: `FieldError` when it is no object, or not one of Keras.
    init(_ value: JSONValue, path: String) throws(FieldError) {
        var members = try JSONFields(value, path: path)
        let className = try members.required("class_name", try members.string("class_name"))
        let module = try members.string("module")
        let registered = try members.string("registered_name") ?? ""
        if let advice = Self.refused[className] {
            let name = value["config"]?["name"]?.string.map { " \($0.quoted)" } ?? ""
            throw FieldError(
                path: members.path(of: "class_name"), expected: "no code (\(advice))", found: className.shortened + name
            )
        }
        // The oldest sequential models have a list of layers in its place.
        let isList = members.value("config")?.array != nil
        var config = try JSONFields(isList ? [:] : members.value("config") ?? [:], path: members.path(of: "config"))
        var name = try config.string("name")
        if name == nil { name = try members.string("name") }
        (self.path, self.className, self.members, self.config, self.name) = (
            path, className, members, config, name ?? ""
        )
        if let module {
            isOperation = module.split(separator: ".").contains { ["ops", "activations"].contains($0) }
        } else {
            // Older files do not name modules. Layers can be trained or not, functions have arguments by name.
            let hasArguments = members.value("inbound_nodes")?.array?.first?.members != nil
            let isLayer = config.has("trainable") || (config.has("dtype") && KerasRegistry.has(className))
            isOperation = hasArguments && !isLayer
        }
        if let module, !Self.isKeras(module) { throw refusal("module", module, Self.customAdvice) }
        if !registered.isEmpty, registered != className {
            throw refusal("registered_name", registered, Self.customAdvice)
        }
    }

    /// A setting; nil when it is left out or null.
    func value(_ name: String) -> JSONValue? {
        var config = config
        return config.value(name)
    }

    /// The settings, to read them by kind.
    var fields: JSONFields { config }

    /// The members beside the settings, such as `inbound_nodes`.
    var outerFields: JSONFields { members }

    /// The error of a setting that Apus does not follow.
    func unsupported(_ setting: String, _ expected: String, _ found: JSONValue) -> FieldError {
        FieldError(
            path: config.path(of: setting), expected: expected, found: "\(JSONFields.text(found)) in \(described)")
    }

    /// The layer for messages: `Conv2D "stem"`.
    var described: String { name.isEmpty ? className.quoted : "\(className.shortened) \(name.quoted)" }

    private func refusal(_ member: String, _ found: String, _ advice: String) -> FieldError {
        FieldError(
            path: members.path(of: member), expected: "a layer of Keras that is no code (\(advice))",
            found: "\(found.quoted) in \(described)")
    }

    /// What holds code, and what to do about it.
    private static let refused = [
        "Lambda": "replace it by layers such as Rescaling, Reshape, Permute or Activation, or export the model to ONNX",
        "__lambda__": "replace it by a layer of Keras, or export the model to ONNX",
        "function": "name one of Keras's own activations, or export the model to ONNX",
        "TFOpLambda": "replace the TensorFlow function by a layer, or export the model to ONNX",
        "SlicingOpLambda": "replace the slice by a layer such as Cropping1D, or export the model to ONNX",
        "TensorFlowOpLayer": "replace the TensorFlow function by a layer, or export the model to ONNX",
        "TFSMLayer": "export the SavedModel to ONNX",
        "TorchModuleWrapper": "export the module to ONNX",
    ]

    private static let customAdvice = "a class of one's own is code that is not in the file: export the model to ONNX"

    /// `keras.layers`, `keras.src.models.functional`, `tf_keras.src.engine.sequential` and the like.
    private static func isKeras(_ module: String) -> Bool {
        let parts = module.split(separator: ".", omittingEmptySubsequences: false)
        let roots = [
            ["keras"], ["keras_core"], ["tf_keras"], ["tensorflow", "keras"], ["tensorflow", "python", "keras"],
        ]
        guard let root = roots.first(where: { parts.starts(with: $0.map { $0[...] }) }) else { return false }
        let rest = parts.dropFirst(root.count).drop { $0 == "src" }
        return rest.isEmpty || ["layers", "models", "engine", "ops", "activations"].contains(rest.first)
    }
}
