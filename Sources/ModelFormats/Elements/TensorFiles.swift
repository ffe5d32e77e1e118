/// The formats of files of named tensors, by the extensions of their names.
package enum TensorFiles {
    /// Opens a file of tensors: `.pt`, `.pth`, `.npz`, or safetensors for every other name. Errors do not name it.
    package static func open(path: String) throws(ModelFormatError) -> any TensorFile {
        switch path.fileExtension {
        case "pt", "pth": try TorchFile(path: path)
        case "npz": try NpzFile(path: path)
        default: try SafeTensorsFile(path: path)
        }
    }
}
