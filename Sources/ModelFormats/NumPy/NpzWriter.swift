package import Tensors

/// Writes NumPy's `.npz` format: a zip archive of `.npy` files, stored, as `numpy.savez` does.
package enum NpzWriter {
    /// Largest archive: beyond it, zip's 32-bit sizes end. Bytes.
    private static let maximumByteCount = Int(UInt32.max)

    /// The bytes of a file with these arrays.
    /// - Throws: `.tooLarge`, and `.malformed` for a name that is no name of an archive's member.
    package static func bytes(of tensors: [String: Tensor]) throws(ModelFormatError) -> [UInt8] {
        var members: [(name: String, bytes: [UInt8])] = []
        for (name, tensor) in tensors.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            members.append((memberName(name) + ".npy", NpyWriter.bytes(of: tensor)))
        }
        guard Set(members.map(\.name)).count == members.count else {
            throw .malformed(part: "npz archive", expected: "names that differ", found: "the same name twice")
        }
        let byteCount = members.reduce(0) { $0 + $1.bytes.count + 2 * $1.name.utf8.count + 100 }
        guard byteCount <= maximumByteCount, members.count < 0xFFFF else {
            throw .tooLarge(part: "npz archive", byteCount: byteCount, limit: maximumByteCount)
        }
        return ZipWriter.bytes(of: members)
    }

    /// A name that leads out of no directory when the archive is unpacked.
    private static func memberName(_ name: String) -> String {
        let parts = name.split(separator: "/").filter { $0 != "." && $0 != ".." }
        return parts.isEmpty ? "_" : parts.joined(separator: "/")
    }
}
