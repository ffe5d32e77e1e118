import JSON

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
