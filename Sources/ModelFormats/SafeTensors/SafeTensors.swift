package import Tensors

/// The contents of a safetensors file: named tensors and a little text
/// (github.com/huggingface/safetensors, README "Format").
///
/// Reading makes float32 of float16, bfloat16 and 8-bit floats; the other types stay as they are.
package struct SafeTensors: Sendable {
    /// The tensors by name.
    package var tensors: [String: Tensor]
    /// Free text by name, from `__metadata__`.
    package var metadata: [String: String]

    /// Contents for a new file; no tensor may be called `__metadata__`.
    package init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
        precondition(tensors[SafeTensorsHeader.metadataKey] == nil, "a tensor cannot have that name")
        self.tensors = tensors
        self.metadata = metadata
    }

    /// Reads a file; its name stands in the errors.
    package init(path: String) throws(ModelFormatError) {
        let source = try ByteSource(path: path)
        do throws(ModelFormatError) {
            try self.init(SafeTensorsFile(source))
        } catch {
            throw .file(path.lastPathComponent, error)
        }
    }

    /// Reads the bytes of a file: the header's size, the header, the elements of all tensors.
    package init(bytes: [UInt8]) throws(ModelFormatError) { try self.init(SafeTensorsFile(ByteSource(bytes))) }

    private init(_ file: SafeTensorsFile) throws(ModelFormatError) {
        var tensors: [String: Tensor] = [:]
        for entry in file.entries { tensors[entry.name] = try file.tensor(entry.name) }
        self.tensors = tensors
        metadata = file.metadata
    }
}
