package import JSON

/// A model of Keras, as an architecture of Apus with its parameters.
package struct KerasModel: Sendable {
    package let model: NativeModel

    /// - Parameters:
    ///   - config: `config.json`, or the attribute `model_config`.
    ///   - version: Keras's, as the file has it; nil when it does not say.
    ///   - weights: Where the weights are.
    /// - Throws: `ModelFormatError` for what Apus does not read, by its place in the config.
    init(config: JSONValue, version: String?, weights: HDF5File) throws(ModelFormatError) {
        let network: KerasNetwork
        let architecture: Architecture
        var translator = KerasTranslator(version: Self.major(version, config))
        do throws(FieldError) {
            let object = try KerasObject(config, path: "")
            guard KerasNetwork.classNames.contains(object.className) else {
                throw FieldError(
                    path: "class_name", expected: "a Sequential or Functional model (export others to ONNX)",
                    found: object.className.quoted)
            }
            network = try KerasNetwork(object)
            architecture = try Self.architecture(try translator.document(network), translator.layers)
        } catch {
            throw ModelFormatError(error, part: KerasReader.configName)
        }
        var weights = try KerasWeights(weights)
        let tensors = try weights.tensors(network, names: translator.names)
        let parameters = try architecture.graphConstants(fromFileTensors: tensors)
        model = NativeModel(architecture: architecture, parameters: parameters)
    }

    /// The architecture of a config, without weights.
    package static func architecture(config: JSONValue, version: String?) throws(FieldError) -> Architecture {
        var translator = KerasTranslator(version: major(version, config))
        let document = try translator.document(try KerasNetwork(try KerasObject(config, path: "")))
        return try architecture(document, translator.layers)
    }

    /// The architecture of a document; what is wrong with a layer is told by its name, as the config has no such list.
    private static func architecture(
        _ document: JSONValue, _ layers: [JSONValue]
    ) throws(FieldError) -> Architecture {
        do throws(FieldError) {
            return try Architecture(json: document)
        } catch {
            let start = "layers["
            guard error.path.hasPrefix(start), let end = error.path.firstIndex(of: "]"),
                let index = Int(error.path[..<end].dropFirst(start.count)), layers.indices.contains(index),
                let name = layers[index]["name"]?.string
            else { throw error }
            let rest = error.path[error.path.index(after: end)...]
            throw FieldError(path: "layer \(name.quoted)\(rest)", expected: error.expected, found: error.found)
        }
    }

    /// The version of Keras; without one, the names of settings tell.
    private static func major(_ version: String?, _ config: JSONValue) -> Int {
        if let version, let major = version.split(separator: ".").first.flatMap({ Int($0) }), (1...9).contains(major) {
            return major
        }
        let layers = config["config"]?["layers"]?.array ?? config["config"]?.array ?? []
        let isNew = layers.contains { $0["config"]?["batch_shape"] != nil || $0["config"]?["dtype"]?.members != nil }
        return isNew ? 3 : 2
    }
}
