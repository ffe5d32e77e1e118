/// The formats of files of named tensors, by the extensions of their names.
package enum TensorFiles {
    /// Opens a file of tensors: `.pt`, `.pth`, `.npz`, or safetensors for every other name. Errors do not name it.
    /// - Parameters:
    ///   - path: The file.
    ///   - isMapped: Whether large tensors may be parts of the mapped file, for users who soon let go of them.
    /// - Returns: The open file.
    /// - Throws: What is wrong with it.
    /// - Returns: The file, of whose tensors none is read yet.
    /// - Throws: `ModelFormatError` when it cannot be read or is damaged.
    package static func open(path: String, isMapped: Bool = false) throws(ModelFormatError) -> any TensorFile {
        let source = try ByteSource(path: path, isMapped: isMapped)
        return switch path.fileExtension {
        case "pt", "pth": try TorchFile(source, name: path.lastPathComponent)
        case "npz": try NpzFile(source)
        default: try SafeTensorsFile(source)
        }
    }
}
