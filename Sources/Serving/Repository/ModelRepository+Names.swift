extension ModelRepository {
    /// Whether a text can be a model's name.
    package static func isModelName(_ text: String) -> Bool { FoundModel.isName(text) }

    /// Throws unless a text can be a label.
    package static func checkLabel(_ text: String) throws(ServingError) {
        guard FoundModel.isName(text) else { throw .labelName(text) }
    }

    /// The directory of a version on disk, loaded or not, for those who train it further or judge it. Reads directories;
    /// not for an event loop.
    ///
    /// - Parameters:
    ///   - name: The model.
    ///   - number: The version; the one that serves for nil.
    /// - Returns: The version's number and its directory.
    /// - Throws: `ServingError.modelNotFound`, `.versionNotFound`, `.notReady` when nothing serves, or `.file`.
    package func location(
        of name: String, _ number: Int?
    ) throws(ServingError) -> (number: Int, directory: String) {
        let wanted: Int
        if let number { wanted = number } else { wanted = try version(of: name).number }
        let root = try Directory(root: configuration.directory)
        guard FoundModel.isName(name), root.hasDirectory(name) else { throw .modelNotFound(name) }
        let versions = try FoundModel(name: name, in: root).versions
        guard let found = versions.first(where: { $0.number == wanted }) else {
            throw .versionNotFound(model: name, version: wanted)
        }
        return (wanted, try found.directory.checked().path)
    }
}
