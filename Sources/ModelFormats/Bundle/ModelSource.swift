package import Graphs
package import Tensors

/// What a model was read from, so that it can be written again with other parameters: how a fine-tuned version comes
/// out in the format of the version it began with.
package enum ModelSource: Sendable {
    /// Parameters are those of the architecture.
    case native(Architecture)
    /// A native model in graph form. Parameters are its constants.
    case graph(DescribedGraph)
    /// The bytes of a model file. Parameters are its initialisers, and the directory has what it keeps in other files.
    case onnx([UInt8], directory: String)

    /// The model of a directory that has one `.onnx` file and no other model.
    package init(directory: String) throws(ModelFormatError) {
        let names = try BundleFile.onnxNames(in: directory)
        guard names.count == 1 else {
            throw .modelFiles(directory: directory.lastPathComponent, found: names, supported: [".onnx"])
        }
        self = .onnx(
            try BundleFile.read(names[0], in: directory, limit: ONNXImporter.maximumByteCount), directory: directory)
    }

    /// The files of the model with some constants of its graph replaced, by name; a native model needs all of them.
    package func files(parameters: [String: Tensor]) throws(ModelFormatError) -> [String: [UInt8]] {
        switch self {
        case .native(let architecture):
            for spec in architecture.parameters {
                guard let tensor = parameters[spec.name], tensor.shape == spec.shape, tensor.dtype == .float32 else {
                    let found = parameters[spec.name].map { "\(ValueType(of: $0))" } ?? "none"
                    throw .tensor(spec.name, expected: "float32\(spec.shape)", found: found)
                }
            }
            return NativeModel(architecture: architecture, parameters: parameters).files
        case .graph(let graph): return try graph.replacing(parameters).files()
        case .onnx(let bytes, let directory):
            return [
                BundleFile.onnx: try ONNXParameters.rewrite(bytes, replacing: parameters, directory: directory)
            ]
        }
    }
}
