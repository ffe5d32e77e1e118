import Glibc
import ModelFormats

extension ModelRepository {
    /// Publishes a version that was sent: writes it to a hidden directory, loads and checks it there, and lets it appear
    /// by one rename. What was sent before with the same contents is that version again. Blocks; not for an event loop.
    ///
    /// After an error everything is as before.
    /// - Parameters:
    ///   - upload: The files.
    ///   - name: The model, which may be new.
    ///   - isToServe: Whether it is to serve, as far as the model's version policy lets it; otherwise it can be asked by
    ///     its number.
    /// - Returns: The version's number.
    /// - Throws: As `publish`.
    package func upload(
        _ upload: UploadedVersion, as name: String, isToServe: Bool = true
    ) throws(ServingError) -> Int {
        guard FoundModel.isName(name) else { throw .modelName(name) }
        let staging = try StagingArea(in: Directory(root: configuration.directory))
        let place = staging.newPath()
        defer { try? FileTree(path: place, name: "upload").remove() }
        try SystemFile.makeDirectory(place, name: "upload")
        // Messages name the last directory.
        let path = place + "/upload"
        try write(upload, to: path)
        return try publish(path, as: name, isToServe: isToServe)
    }

    /// Writes the files and, unless they bring one, the digests by which damage is noticed.
    private func write(_ upload: UploadedVersion, to path: String) throws(ServingError) {
        try SystemFile.makeDirectory(path, name: "upload")
        for directory in upload.directories {
            try SystemFile.makeDirectory("\(path)/\(directory)", name: directory)
        }
        for file in upload.files {
            try SystemFile.write(Array(file.contents), to: "\(path)/\(file.name)", name: file.name)
        }
        guard !upload.files.contains(where: { $0.name == Self.manifestName }) else { return }
        let manifest = SealedDirectory.manifest(of: upload.files.map { ($0.name, Array($0.contents)) })
        try SystemFile.write(manifest, to: "\(path)/\(Self.manifestName)", name: Self.manifestName)
    }
}
