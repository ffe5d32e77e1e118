package import Graphs

/// Loads the one model of a version directory, whatever format it is in.
package enum ModelLoader {
    /// The formats that can be loaded, by file name extension.
    private static let readers: [(extension: String, read: @Sendable (String) throws(ModelFormatError) -> Graph)] = [
        ("onnx", { path throws(ModelFormatError) in try ONNXImporter.graph(path: path) }),
        ("safetensors", { path throws(ModelFormatError) in try NativeModel(path: path).graph() }),
        ("pt", { path throws(ModelFormatError) in try NativeModel(path: path).graph() }),
        ("pth", { path throws(ModelFormatError) in try NativeModel(path: path).graph() }),
        ("npz", { path throws(ModelFormatError) in try NativeModel(path: path).graph() }),
    ]

    /// Extensions that mark a file as a model, whether it can be loaded or not.
    private static let modelExtensions: Set<String> = [
        "onnx", "keras", "h5", "hdf5", "pt", "pth", "pt2", "safetensors", "pb", "tflite", "ckpt", "gguf",
    ]

    /// What can be loaded, for messages.
    package static var supportedFormats: [String] { readers.map { ".\($0.extension)" } }

    /// Loads a model file, or the only model file of a directory.
    ///
    /// A file is a model by the extension of its name; `golden.safetensors` holds tests, not a model, and of `.npz` files
    /// only `model.npz` is one. A directory with a
    /// `MANIFEST.sha256` is checked against it.
    package static func loadModel(path: String) throws(ModelFormatError) -> Graph {
        try loadFile(try modelPath(path))
    }

    /// Loads a model with what it takes to write it again with other parameters.
    package static func loadSource(path: String) throws(ModelFormatError) -> (graph: Graph, source: ModelSource) {
        let path = try modelPath(path)
        do throws(ModelFormatError) {
            switch path.fileExtension {
            case "safetensors", "pt", "pth", "npz":
                let model = try NativeModel(path: path)
                return (try model.graph(), .native(model.architecture))
            case "onnx":
                let bytes = try FileBytes.read(path, limit: ONNXImporter.maximumByteCount)
                let directory = path.directoryPath
                return (
                    try ONNXImporter.graph(from: bytes, directory: directory), .onnx(bytes, directory: directory)
                )
            default:
                throw .unsupported(
                    part: "model file", expected: "\(supportedFormats.joined(separator: ", ")) files are",
                    found: path.lastPathComponent.quoted)
            }
        } catch {
            if case .unreadable = error { throw error }
            throw .file(path.lastPathComponent, error)
        }
    }

    /// The path of a model file, or of the only one in a directory, whose manifest is checked when it has one.
    private static func modelPath(_ path: String) throws(ModelFormatError) -> String {
        let names: [String]
        do throws(DirectoryListing.Failure) {
            names = try DirectoryListing.names(path)
        } catch {
            if error.isNoDirectory { return path }
            throw .unreadable(file: path.lastPathComponent, reason: error.reason)
        }
        let models = names.filter { isModel($0) }
        guard models.count == 1 else {
            throw .modelFiles(directory: path.lastPathComponent, found: models, supported: supportedFormats)
        }
        if let manifest = try BundleManifest(directory: path, names: names) {
            let read = [BundleFile.architecture, BundleFile.preprocessing, BundleFile.card, BundleFile.golden]
            try manifest.check(directory: path, needed: models + names.filter(read.contains))
        }
        return path + "/" + models[0]
    }

    private static func loadFile(_ path: String) throws(ModelFormatError) -> Graph {
        let name = path.lastPathComponent
        guard let reader = readers.first(where: { $0.extension == name.fileExtension }) else {
            throw .unsupported(
                part: "model file", expected: "\(supportedFormats.joined(separator: ", ")) files are",
                found: name.quoted)
        }
        do throws(ModelFormatError) {
            return try reader.read(path)
        } catch {
            if case .unreadable = error { throw error }
            throw .file(name, error)
        }
    }

    /// Whether a file of that name is a model, in a format that can be loaded or another one.
    package static func isModel(_ name: String) -> Bool {
        name == "model.npz" || (name != "golden.safetensors" && modelExtensions.contains(name.fileExtension))
    }
}
