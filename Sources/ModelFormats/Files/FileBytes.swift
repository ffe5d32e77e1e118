/// Reads whole files into memory.
package enum FileBytes {
    /// Largest file that is read unless the caller says otherwise: 16 GiB.
    package static let maximumByteCount = 16 << 30

    /// The bytes of a regular file; symbolic links are followed.
    package static func read(
        _ path: String, limit: Int = maximumByteCount
    ) throws(ModelFormatError) -> [UInt8] {
        let file = try OpenFile(path: path)
        guard file.byteCount <= limit else {
            throw .tooLarge(part: "file \(file.name.quoted)", byteCount: file.byteCount, limit: limit)
        }
        return try file.read(0..<file.byteCount)
    }
}
