package import Tensors

/// Reads NumPy's `.npz` format: a zip archive of `.npy` files, stored or deflated.
package enum NpzReader {
    /// Reads a file; its name stands in the errors.
    package static func tensors(
        path: String, limits: ZipArchive.Limits = ZipArchive.Limits()
    ) throws(ModelFormatError) -> [String: Tensor] {
        let bytes = try FileBytes.read(path)
        do throws(ModelFormatError) {
            return try tensors(from: bytes, limits: limits)
        } catch {
            throw .file(path.lastPathComponent, error)
        }
    }

    /// The arrays by name, without the `.npy` of the archive's members.
    package static func tensors(
        from bytes: [UInt8], limits: ZipArchive.Limits = ZipArchive.Limits()
    ) throws(ModelFormatError) -> [String: Tensor] {
        let archive = try ZipArchive(bytes: bytes, limits: limits)
        var tensors: [String: Tensor] = [:]
        for entry in archive.entries {
            guard entry.name.hasSuffix(".npy") else {
                throw .unsupported(
                    part: "npz archive", expected: "members named .npy are", found: entry.name.quoted)
            }
            let (contents, range) = try archive.contents(of: entry)
            let name = String(entry.name.dropLast(4))
            tensors[name] = try NpyReader.tensor(from: contents, range, name: name)
        }
        return tensors
    }
}
