import ModelFormats

/// What `apus convert` writes, by the name of the place.
package enum ConversionTarget: String, Sendable {
    case onnx, npz, safetensors
    /// A version's directory.
    case native
    /// `architecture.json` alone.
    case architecture

    /// - Throws: `DaemonError.usage` for a format that is only read.
    init(path: String) throws(DaemonError) {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        switch name.fileExtension {
        case "onnx": self = .onnx
        case "npz": self = .npz
        case "safetensors": self = .safetensors
        case "json": self = .architecture
        default:
            guard !ModelLoader.isModel(name) else {
                throw .usage(
                    "\(name): expected a place whose name ends in .onnx, .npz or .safetensors, or a directory, which are "
                        + "what Apus writes")
            }
            self = .native
        }
    }

    /// The files of a model, by name; `name` is the last part of the place's path, `version` that of Apus.
    func files(of form: ModelForm, name: String, version: String) throws(ModelFormatError) -> [String: [UInt8]] {
        switch self {
        case .onnx: return [name: try ONNXWriter.bytes(of: try form.described(), producerVersion: version)]
        case .npz: return [name: try NpzWriter.bytes(of: try form.parameters())]
        case .native: return try form.nativeFiles()
        // What was proposed, which is more than the model has.
        case .architecture: return [:]
        case .safetensors:
            var files = try form.nativeFiles()
            if name != BundleFile.parameters { files[name] = files.removeValue(forKey: BundleFile.parameters) }
            return files
        }
    }
}
