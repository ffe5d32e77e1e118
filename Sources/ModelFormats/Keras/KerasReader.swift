import JSON

/// Reads the models that Keras 2 and 3 save: `.keras`, whole models as `.h5`, and weights as `.weights.h5` with
/// `config.json` beside it. Nothing in them is executed.
package enum KerasReader {
    static let configName = "config.json"
    private static let metadataName = "metadata.json"
    private static let weightsName = "model.weights.h5"
    /// Largest config. Bytes.
    private static let maximumConfigByteCount = 64 << 20
    /// Largest stored weights that are held against their checksum before they are read. Bytes.
    private static let maximumCheckedByteCount = 64 << 20
    /// Containers inside each other that a config may have: a model in a model in a model has about 25.
    private static let maximumDepth = 64

    /// Reads a file by its path; with `.h5` and `.hdf5`, the content tells a whole model from weights.
    /// Large parameters may be parts of the mapped file.
    /// - Throws: `ModelFormatError` naming what is not Keras's, what Apus has no layer for, or what is not in the file.
    package static func model(path: String) throws(ModelFormatError) -> KerasModel {
        try model(try ByteSource(path: path, isMapped: true), directory: path.directoryPath)
    }

    /// Reads a file that stands in a directory.
    package static func model(_ source: ByteSource, directory: String) throws(ModelFormatError) -> KerasModel {
        let parts = try parts(source, directory: directory)
        return try KerasModel(config: parts.config, version: parts.version, weights: parts.weights)
    }

    /// What a file holds, before the config is understood and the weights are read.
    static func parts(_ source: ByteSource, directory: String) throws(ModelFormatError) -> KerasParts {
        let signature = HDF5Superblock.signature
        guard try source.read(0..<min(signature.count, source.byteCount)) == signature else {
            return try archive(source)
        }
        let file = try HDF5File(source)
        let attributes = try HDF5Attributes(file.root)
        guard let config = try attributes.texts("model_config")?.first else {
            return try weights(file, directory: directory)
        }
        let version = try attributes.texts("keras_version")?.first
        return KerasParts(config: try json(Array(config.utf8), configName), version: version, weights: file)
    }

    /// A `.keras` file: a zip archive.
    private static func archive(_ source: ByteSource) throws(ModelFormatError) -> KerasParts {
        let archive = try ZipArchive(source: source)
        func member(_ name: String) throws(ModelFormatError) -> (bytes: [UInt8], range: Range<Int>)? {
            guard let entry = archive[name] else { return nil }
            return try archive.contents(of: entry)
        }
        guard let config = try member(configName) else {
            throw .malformed(part: "Keras file", expected: "a member \(configName)", found: "none")
        }
        guard let weights = archive[weightsName] else {
            let others = archive.entries.map(\.name).filter { $0.hasPrefix("model.weights") }
            throw .unsupported(
                part: "Keras file", expected: "weights in one \(weightsName) are",
                found: others.isEmpty ? "none" : others.map(\.quoted).joined(separator: ", "))
        }
        var version: String?
        if let metadata = try member(metadataName) {
            version = try json(Array(metadata.bytes[metadata.range]), metadataName)["keras_version"]?.string
        }
        return KerasParts(
            config: try json(Array(config.bytes[config.range]), configName), version: version,
            weights: try self.weights(weights, in: archive))
    }

    /// The weights in an archive, which Keras stores as they are: those of such a member are read from the file itself.
    private static func weights(
        _ member: ZipArchive.Entry, in archive: ZipArchive
    ) throws(ModelFormatError) -> HDF5File {
        guard member.method == .stored, member.byteCount > maximumCheckedByteCount else {
            let (bytes, range) = try archive.contents(of: member)
            return try HDF5File(ByteSource(bytes), range)
        }
        return try HDF5File(archive.source, member.range)
    }

    /// A file of weights alone, with the config beside it: also an unpacked `.keras` file.
    private static func weights(_ file: HDF5File, directory: String) throws(ModelFormatError) -> KerasParts {
        guard let config = try document(configName, in: directory) else {
            throw .malformed(
                part: "Keras weights",
                expected: "\(configName) beside them, as model.to_json() writes it, or a whole model",
                found: "none")
        }
        let version = try document(metadataName, in: directory)?["keras_version"]?.string
        return KerasParts(config: config, version: version, weights: file)
    }

    private static func document(_ name: String, in directory: String) throws(ModelFormatError) -> JSONValue? {
        guard BundleFile.exists(name, in: directory) else { return nil }
        return try json(try BundleFile.read(name, in: directory, limit: maximumConfigByteCount), name)
    }

    private static func json(_ bytes: [UInt8], _ name: String) throws(ModelFormatError) -> JSONValue {
        guard bytes.count <= maximumConfigByteCount else {
            throw .tooLarge(part: name, byteCount: bytes.count, limit: maximumConfigByteCount)
        }
        return try BundleFile.parse(bytes, name: name, maximumDepth: maximumDepth)
    }
}
