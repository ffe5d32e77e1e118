package import Graphs

/// Loads the one model of a version directory, whatever format it is in.
package enum ModelLoader {
    /// The formats that can be loaded, by file name extension.
    private static let readers: [(extension: String, read: @Sendable (String) throws(ModelFormatError) -> Graph)] = [
        ("onnx", { path throws(ModelFormatError) in try ONNXImporter.graph(path: path) })
    ]

    /// Extensions that mark a file as a model, whether it can be loaded or not.
    private static let modelExtensions: Set<String> = [
        "onnx", "keras", "h5", "hdf5", "pt", "pth", "safetensors", "pb", "tflite", "ckpt", "gguf",
    ]

    /// What can be loaded, for messages.
    package static var supportedFormats: [String] { readers.map { ".\($0.extension)" } }

    /// Loads a model file, or the only model file of a directory.
    ///
    /// A file is a model by the extension of its name; `golden.safetensors` holds tests, not a model.
    package static func loadModel(path: String) throws(ModelFormatError) -> Graph {
        let names: [String]
        do throws(DirectoryListing.Failure) {
            names = try DirectoryListing.names(path)
        } catch {
            if error.isNoDirectory { return try loadFile(path) }
            throw .unreadable(file: path.lastPathComponent, reason: error.reason)
        }
        let models = names.filter { isModel($0) }
        guard models.count == 1 else {
            throw .modelFiles(directory: path.lastPathComponent, found: models, supported: supportedFormats)
        }
        return try loadFile(path + "/" + models[0])
    }

    private static func loadFile(_ path: String) throws(ModelFormatError) -> Graph {
        let name = path.lastPathComponent
        guard let reader = readers.first(where: { $0.extension == fileExtension(name) }) else {
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
        name != "golden.safetensors" && modelExtensions.contains(fileExtension(name))
    }

    private static func fileExtension(_ name: String) -> String {
        guard let dot = name.lastIndex(of: ".") else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }
}
