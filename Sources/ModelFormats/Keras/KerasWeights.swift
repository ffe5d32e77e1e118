import JSON
import Tensors

/// The weights of a Keras model, in either of the ways in which HDF5 files have them.
struct KerasWeights {
    /// How the variables are found.
    private enum Form {
        /// By paths of class names: `layers/conv2d/vars/0`. Keras 2.12 and 2.13 counted layers that have weights twice.
        case paths(root: HDF5Group, container: String)
        /// By the layers' names, each with the names of its variables as an attribute: `model_weights`.
        case names(HDF5Group)
    }

    /// A variable of the model with the layer it belongs to.
    private struct Entry {
        var variable: KerasVariable
        /// The layer's path in the config.
        let layer: String
    }

    private var file: HDF5File
    private let form: Form
    /// The groups that variables were found in, by path.
    private var groups: [String: HDF5Group] = [:]

    /// - Parameter file: A file of weights, or one that holds a whole model.
    /// - Throws: when its root is no group.
    init(_ file: HDF5File) throws(ModelFormatError) {
        self.file = file
        let root = try HDF5Group(file.root)
        if let group = try root.group("model_weights") {
            form = .names(group)
        } else if try HDF5Attributes(root.object).names.contains(where: { $0.hasPrefix("layer_names") }) {
            form = .names(root)
        } else {
            let older = "_layer_checkpoint_dependencies"
            form = .paths(root: root, container: root.names.contains(older) ? older : "layers")
        }
    }

    /// The tensors of an architecture's file.
    /// - Parameters:
    ///   - network: The model.
    ///   - names: What each layer is called in the architecture, by its path in the config.
    /// - Returns: The tensors by name.
    /// - Throws: when a variable is missing, is one too many, or has not the shape it should have.
    mutating func tensors(
        _ network: KerasNetwork, names: [String: String]
    ) throws(ModelFormatError) -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for (layer, entries) in try layers(network, prefix: "") {
            var found: [Tensor?]
            switch form {
            case .paths(let root, _): found = try byPath(entries, root)
            case .names(let group): found = try byName(layer, entries, group)
            }
            for (index, entry) in entries.enumerated() {
                guard let tensor = found[index] else { continue }
                // Nobody else holds it any more, so that there is no second copy for long.
                found[index] = nil
                let converted = try entry.variable.converted(tensor, variable: "\(layer)/\(entry.variable.path)")
                guard let name = names[entry.layer] else { continue }
                for part in converted { tensors["\(name).\(part.name)"] = part.tensor }
            }
        }
        return tensors
    }

    // MARK: The variables of a model

    /// The variables of each layer, those of the layers inside of it included.
    private func layers(
        _ network: KerasNetwork, prefix: String
    ) throws(ModelFormatError) -> [(name: String, entries: [Entry])] {
        var (container, countsTwice) = ("layers", false)
        if case .paths(_, let name) = form, name != container { (container, countsTwice) = (name, true) }
        var names = KerasContainerNames()
        var result: [(name: String, entries: [Entry])] = []
        for layer in network.layers where !layer.object.isOperation {
            let path = "\(prefix)\(container)/\(names.next(layer.object.className))"
            var entries: [Entry] = []
            if let inner = layer.network {
                let inside = layer.isDistributed ? "\(path)/layer/" : "\(path)/"
                entries = try layers(inner, prefix: inside).flatMap(\.entries)
                if layer.object.value("trainable") == false {
                    for index in entries.indices { entries[index].variable.isTrainable = false }
                }
            } else if layer.object.className != "InputLayer" {
                do throws(FieldError) {
                    entries = try KerasVariables.of(layer.object).map {
                        Entry(variable: $0.inside(path), layer: layer.object.path)
                    }
                } catch {
                    throw ModelFormatError(error, part: KerasReader.configName)
                }
            }
            if countsTwice, !entries.isEmpty { _ = names.next(layer.object.className) }
            result.append((layer.name, entries))
        }
        return result
    }

    // MARK: The variables of a file

    private mutating func byPath(_ entries: [Entry], _ root: HDF5Group) throws(ModelFormatError) -> [Tensor?] {
        var tensors: [Tensor?] = []
        for entry in entries {
            if !entry.variable.isKept {
                tensors.append(nil)
                continue
            }
            let parts = entry.variable.path.split(separator: "/")
            let path = parts.dropLast().joined(separator: "/")
            if groups[path] == nil { groups[path] = try root.group(path) }
            guard let group = groups[path], let object = try group.object(String(parts[parts.count - 1])) else {
                throw .malformed(
                    part: "weights of Keras", expected: "a dataset \(entry.variable.path.quoted)", found: "none")
            }
            tensors.append(try tensor(object))
        }
        return tensors
    }

    /// A layer's variables in the order of its attribute: the trainable ones, then the others.
    private mutating func byName(
        _ layer: String, _ entries: [Entry], _ weights: HDF5Group
    ) throws(ModelFormatError) -> [Tensor?] {
        guard !entries.isEmpty else { return [] }
        let part = "weights of layer \(layer.quoted)"
        guard let group = try weights.group(layer),
            let names = try HDF5Attributes(group.object).splitTexts("weight_names")
        else { throw .malformed(part: part, expected: "a group with the attribute weight_names", found: "none") }
        let order =
            entries.indices.filter { entries[$0].variable.isTrainable }
            + entries.indices.filter { !entries[$0].variable.isTrainable }
        guard names.count == order.count else {
            throw .malformed(part: part, expected: "\(order.count) variables", found: "\(names.count)")
        }
        var tensors = [Tensor?](repeating: nil, count: entries.count)
        for (index, name) in zip(order, names) {
            guard entries[index].variable.isKept else { continue }
            let parts = name.split(separator: "/").map(String.init)
            guard let last = parts.last,
                let place = try group.group(parts.dropLast().joined(separator: "/")),
                let object = try place.object(last)
            else { throw .malformed(part: part, expected: "a dataset \(name.quoted)", found: "none") }
            tensors[index] = try tensor(object)
        }
        return tensors
    }

    /// A variable as float32; bfloat16 is stored as its bits.
    private mutating func tensor(_ object: HDF5Object) throws(ModelFormatError) -> Tensor {
        let tensor = try file.tensor(object)
        guard try HDF5Attributes(object).texts("dtype")?.first == "bfloat16", tensor.dtype == .uint16 else {
            return tensor.convertedToFloat32()
        }
        return ElementEncoding.bfloat16.tensor(from: tensor.bytes, 0..<tensor.bytes.count, shape: tensor.shape)
    }
}
