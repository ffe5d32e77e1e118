package import JSON

/// The `card.json` of a version: what it was trained on, how, and how well.
enum VersionCard {
    static let fileName = "card.json"

    /// Largest card that is read. Bytes.
    private static let maximumBytes = 16 << 20

    /// The card of a version; nil without one.
    /// - Throws: `ServingError.file`.
    static func read(in directory: Directory) throws(ServingError) -> JSONValue? {
        try directory.json(of: fileName, limit: maximumBytes)
    }

    /// The names of the classes, if the card has a list of them.
    static func classNames(in card: JSONValue?) -> [String] {
        let names = card?["class_names"]?.array ?? card?["classes"]?.array ?? []
        let texts = names.compactMap(\.string)
        return texts.count == names.count ? texts : []
    }
}

extension ModelRepository {
    /// The card of a version on disk, loaded or not; nil without one. Reads a file; not for an event loop.
    /// - Parameters:
    ///   - name: The model.
    ///   - number: The version; the one that serves for nil.
    /// - Throws: `ServingError.modelNotFound`, `.versionNotFound`, `.notReady` when nothing serves, or `.file`.
    package func card(of name: String, _ number: Int?) throws(ServingError) -> JSONValue? {
        let wanted: Int
        if let number { wanted = number } else { wanted = try version(of: name).number }
        guard try model(named: name).contains(where: { $0.version == wanted }) else {
            throw .versionNotFound(model: name, version: wanted)
        }
        guard let found = try versionsOnDisk(of: name).first(where: { $0.number == wanted }) else {
            throw .versionNotFound(model: name, version: wanted)
        }
        return try VersionCard.read(in: found.directory)
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

    /// Newest first; none for an unknown model.
    private func versionsOnDisk(of name: String) throws(ServingError) -> [FoundModel.Version] {
        let root = try Directory(root: configuration.directory)
        guard root.hasDirectory(name) else { return [] }
        return try FoundModel(name: name, in: root, needsVersion: false).versions
    }
}
