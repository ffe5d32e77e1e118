package import JSON

/// Looking at versions on disk, loaded or not.
extension ModelRepository {
    /// What training wrote of a version. Reads a file; not for an event loop.
    /// - Parameters:
    ///   - name: The model.
    ///   - number: The version; the one that serves for nil.
    /// - Returns: Its card; nil without one.
    /// - Throws: `ServingError.modelNotFound`, `.versionNotFound`, `.notReady` when nothing serves, or `.file`.
    package func card(of name: String, _ number: Int?) throws(ServingError) -> JSONValue? {
        try VersionCard.read(in: onDisk(name, number).directory)
    }

    /// The newest version on disk, loaded or not, whose card is one that is looked for: whoever published and cannot
    /// tell whether it came to that finds out. Reads files; not for an event loop.
    /// - Returns: Its number; nil when there is none, or no such model.
    /// - Throws: `ServingError.file`.
    package func publishedVersion(
        of name: String, where isWanted: (_ card: JSONValue) -> Bool
    ) throws(ServingError) -> Int? {
        guard FoundModel.isName(name) else { throw .modelName(name) }
        for version in try versionsOnDisk(of: name) {
            if let card = try? VersionCard.read(in: version.directory), isWanted(card) { return version.number }
        }
        return nil
    }

    private func onDisk(_ name: String, _ number: Int?) throws(ServingError) -> FoundModel.Version {
        let wanted: Int
        if let number { wanted = number } else { wanted = try version(of: name).number }
        guard try model(named: name).contains(where: { $0.version == wanted }),
            let found = try versionsOnDisk(of: name).first(where: { $0.number == wanted })
        else { throw .versionNotFound(model: name, version: wanted) }
        return found
    }

    /// Newest first; none for an unknown model.
    func versionsOnDisk(of name: String) throws(ServingError) -> [FoundModel.Version] {
        let root = try Directory(root: configuration.directory)
        guard root.hasDirectory(name) else { return [] }
        return try FoundModel(name: name, in: root, needsVersion: false).versions
    }
}
