package import Tensors

/// The contents of a safetensors file: named tensors and a little text
/// (github.com/huggingface/safetensors, README "Format").
///
/// Reading makes float32 of float16 and bfloat16; the other types stay as they are.
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
        let bytes = try FileBytes.read(path)
        do throws(ModelFormatError) {
            try self.init(bytes: bytes)
        } catch {
            throw .file(path.lastPathComponent, error)
        }
    }

    /// Reads the bytes of a file: the header's size, the header, the elements of all tensors.
    package init(bytes: [UInt8]) throws(ModelFormatError) {
        var reader = ByteReader(bytes, part: "safetensors file")
        let size = try reader.uint64()
        guard size <= UInt64(SafeTensorsHeader.maximumByteCount) else {
            throw .malformed(
                part: "safetensors header", expected: "at most \(SafeTensorsHeader.maximumByteCount) bytes",
                found: "\(size)")
        }
        let header = try SafeTensorsHeader(json: bytes, try reader.skip(Int(size)))
        try header.checkLayout(byteCount: reader.remaining)
        var tensors: [String: Tensor] = [:]
        for entry in header.entries {
            let shape = try Shape(
                checking: entry.dimensions, width: entry.encoding.byteCount, byteCount: entry.range.count,
                tensor: entry.name)
            let start = reader.offset
            tensors[entry.name] = entry.encoding.tensor(
                from: bytes, (start + entry.range.lowerBound)..<(start + entry.range.upperBound), shape: shape)
        }
        self.tensors = tensors
        metadata = header.metadata
    }
}
