import JSON
import Tensors

extension FileContents {
    /// Groups inside each other that are looked into.
    private static let maximumDepth = 16
    /// Datasets that are listed.
    private static let maximumDatasetCount = 10_000

    /// A `.keras` or `.h5` file: the layers of its config, and its datasets.
    init(keras path: String) throws(ModelFormatError) {
        self.init(format: "keras")
        isModel = true
        let source = try ByteSource(path: path)
        let parts: KerasParts
        do throws(ModelFormatError) {
            parts = try KerasReader.parts(source, directory: path.directoryPath)
        } catch {
            // Weights alone are tensors that can be listed.
            guard let root = try? HDF5Group(HDF5File(source).root) else { throw error }
            format = "hdf5"
            isModel = false
            add(problem: "\(error)")
            try addDatasets(of: root, depth: 0)
            return
        }
        if let version = parts.version { facts.append(Fact("producer", "keras \(version)".shortened)) }
        try addDatasets(of: try HDF5Group(parts.weights.root), depth: 0)
        addLayers(of: parts.config)
        guard problems.isEmpty else { return }
        do throws(FieldError) {
            takeArchitecture(try KerasModel.architecture(config: parts.config, version: parts.version))
        } catch {
            add(problem: "\(ModelFormatError(error, part: KerasReader.configName))")
        }
    }

    /// The layers as the config has them; those that Apus has no layer for are problems.
    private mutating func addLayers(of config: JSONValue) {
        let network: KerasNetwork
        do throws(FieldError) {
            network = try KerasNetwork(try KerasObject(config, path: ""))
        } catch {
            return add(problem: "\(ModelFormatError(error, part: KerasReader.configName))")
        }
        facts.append(Fact("name", network.name.shortened))
        addLayers(of: network, prefix: "", depth: 0)
    }

    private mutating func addLayers(of network: KerasNetwork, prefix: String, depth: Int) {
        for layer in network.layers {
            let name = prefix + layer.name
            parts.append(Part(type: layer.object.className.shortened, name: name.shortened, shape: ""))
            if let inner = layer.network {
                if depth < Self.maximumDepth { addLayers(of: inner, prefix: name + ".", depth: depth + 1) }
                continue
            }
            // Functions of keras.ops may be how masks are made; the architecture tells.
            guard layer.object.className != "InputLayer", !layer.object.isOperation else { continue }
            do throws(FieldError) {
                _ = try KerasRegistry.rule(layer.object)
            } catch {
                add(problem: "\(ModelFormatError(error, part: KerasReader.configName))")
            }
        }
    }

    private mutating func addDatasets(of group: HDF5Group, depth: Int) throws(ModelFormatError) {
        guard depth < Self.maximumDepth else { return }
        for name in group.names where tensors.count < Self.maximumDatasetCount {
            guard let object = try group.object(name) else { continue }
            if object.isGroup {
                try addDatasets(of: try HDF5Group(object), depth: depth + 1)
            } else if let dataset = try? HDF5Dataset(object) {
                tensors.append(
                    Entry(
                        name: object.path.shortened, dtype: dataset.elementName, shape: dataset.shape.dimensions,
                        byteCount: dataset.byteCount))
            }
        }
    }
}
