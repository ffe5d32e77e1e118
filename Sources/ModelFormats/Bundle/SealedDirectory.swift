/// A directory of a few files that is written whole or not at all, and whose damage is noticed: a manifest has the digest
/// of every file.
package enum SealedDirectory {
    /// Writes the files and their manifest to a new directory.
    /// - Throws: `.unwritable`, also when there is something of that name.
    package static func write(_ files: [String: [UInt8]], to path: String) throws(ModelFormatError) {
        var all = files
        all[BundleManifest.fileName] = BundleManifest(of: files).bytes
        try DirectoryWriter.write(all, to: path)
    }

    /// The manifest of these files, each of which has a name or a path of its own.
    package static func manifest(of files: [(name: String, contents: [UInt8])]) -> [UInt8] {
        BundleManifest(of: Dictionary(files.map { ($0.name, $0.contents) }) { first, _ in first }).bytes
    }

    /// The contents of some files of a directory, none larger than `limit` bytes, checked against its manifest.
    /// - Throws: when a file or the manifest is missing or is not what was written.
    package static func read(
        _ names: [String], from path: String, limit: Int = 4 << 30
    ) throws(ModelFormatError) -> [String: [UInt8]] {
        guard let manifest = try BundleManifest(directory: path, names: [BundleManifest.fileName]) else {
            throw .unreadable(file: BundleManifest.fileName, reason: "it is missing")
        }
        try manifest.check(directory: path, needed: names)
        var files: [String: [UInt8]] = [:]
        for name in names { files[name] = try BundleFile.read(name, in: path, limit: limit) }
        return files
    }
}
