extension ModelRepository {
    /// Whether a text can be a model's name.
    package static func isModelName(_ text: String) -> Bool { FoundModel.isName(text) }
}
