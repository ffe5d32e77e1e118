package import Graphs

/// Loads the one model of a version directory, whatever format it is in.
package enum ModelLoader {
    private typealias Reader = @Sendable (String) throws(ModelFormatError) -> ModelForm

    /// The formats that can be loaded, by file name extension.
    private static let readers: [(extension: String, read: Reader)] = [
        ("onnx", onnx), ("safetensors", native), ("pt", native), ("pth", native), ("npz", native), ("keras", keras),
        ("h5", keras), ("hdf5", keras),
    ]

    private static let onnx: Reader = { path throws(ModelFormatError) in
        let source = try ByteSource(path: path, limit: ONNXImporter.maximumByteCount, isMapped: true)
        return .graph(try ONNXImporter.fileGraph(from: source, directory: path.directoryPath, isMapped: true))
    }

    private static let native: Reader = { path throws(ModelFormatError) in try ModelForm(native: path) }

    private static let keras: Reader = { path throws(ModelFormatError) in
        .layers(try KerasReader.model(path: path).model)
    }

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
    /// Large constants may be parts of the mapped file, which nobody can write to until they are let go of:
    /// `CompiledModel` does that.
    package static func loadModel(path: String) throws(ModelFormatError) -> Graph {
        let path = try modelPath(path)
        let read = try reader(of: path)
        return try named(path) { path throws(ModelFormatError) in try read(path).graph() }
    }

    /// Loads a model in the form in which it can be written again, with what the file says of its inputs.
    package static func loadForm(path: String) throws(ModelFormatError) -> ModelForm {
        let path = try modelPath(path)
        return try named(path, try reader(of: path))
    }

    /// Loads a model with what it takes to write it again with other parameters.
    package static func loadSource(path: String) throws(ModelFormatError) -> (graph: Graph, source: ModelSource) {
        let path = try modelPath(path)
        let read = try reader(of: path)
        return try named(path) { path throws(ModelFormatError) in
            switch path.fileExtension {
            case "onnx":
                let bytes = try FileBytes.read(path, limit: ONNXImporter.maximumByteCount)
                let directory = path.directoryPath
                return (
                    try ONNXImporter.graph(from: bytes, directory: directory), .onnx(bytes, directory: directory)
                )
            case "keras", "h5", "hdf5":
                let keras = try KerasReader.model(path: path)
                return (
                    try ModelForm.layers(keras.model).owned().graph(), .native(keras.model.architecture)
                )
            default:
                // Training takes longer than a file should stay mapped.
                let form = try read(path).owned()
                return (try form.graph(), try form.source())
            }
        }
    }

    private static func reader(of path: String) throws(ModelFormatError) -> Reader {
        let name = path.lastPathComponent
        guard let reader = readers.first(where: { $0.extension == name.fileExtension }) else {
            throw .unsupported(
                part: "model file", expected: "\(supportedFormats.joined(separator: ", ")) files are",
                found: name.quoted)
        }
        return reader.read
    }

    /// Reads a file; what is wrong with it is told with its name.
    private static func named<Result>(
        _ path: String, _ read: (String) throws(ModelFormatError) -> Result
    ) throws(ModelFormatError) -> Result {
        do throws(ModelFormatError) {
            return try read(path)
        } catch {
            if case .unreadable = error { throw error }
            throw .file(path.lastPathComponent, error)
        }
    }

    /// The path of a model file, or of the only one in a directory, whose manifest is checked when it has one.
    package static func modelPath(_ path: String) throws(ModelFormatError) -> String {
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

    /// Whether a file of that name is a model, in a format that can be loaded or another one.
    package static func isModel(_ name: String) -> Bool {
        name == "model.npz" || (name != "golden.safetensors" && modelExtensions.contains(name.fileExtension))
    }
}
