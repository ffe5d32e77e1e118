package import Tensors

/// A file of named tensors, which are read one by one.
package protocol TensorFile: Sendable {
    /// What the file has, in its order; nothing of the elements is read yet.
    var entries: [TensorEntry] { get }

    /// Reads the tensor of that name, which must be among the entries: float16, bfloat16 and 8-bit floats become float32,
    /// the other types stay as they are.
    func tensor(_ name: String) throws(ModelFormatError) -> Tensor
}

extension TensorFile {
    /// All tensors by name.
    func all() throws(ModelFormatError) -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        for entry in entries { tensors[entry.name] = try tensor(entry.name) }
        return tensors
    }
}
