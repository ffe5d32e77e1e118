package import JSON
package import Tensors

/// A version of a model as files, which are published together or not at all.
package struct VersionBundle: Sendable {
    /// The files by name, without the manifest.
    package private(set) var files: [String: [UInt8]]

    /// A version of a model with these parameters.
    package init(_ source: ModelSource, parameters: [String: Tensor]) throws(ModelFormatError) {
        files = try source.files(parameters: parameters)
    }

    /// Adds a file, or replaces it.
    package mutating func add(_ name: String, _ bytes: [UInt8]) {
        precondition(BundleFile.isName(name) && name != BundleManifest.fileName, "\(name) is no name of a part")
        files[name] = bytes
    }

    /// Adds a JSON document, such as the card.
    package mutating func add(_ name: String, _ json: JSONValue) { add(name, json.bytes + Array("\n".utf8)) }

    /// Writes all files and their manifest into a new directory: into a hidden one beside it first, which is renamed
    /// when everything is safe on the disk. A crash leaves the whole directory or none.
    /// - Throws: `.unwritable`, also when there is something of that name.
    package func write(to directory: String) throws(ModelFormatError) {
        try SealedDirectory.write(files, to: directory)
    }
}
