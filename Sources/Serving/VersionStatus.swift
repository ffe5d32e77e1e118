/// One line of the repository's index.
package struct VersionStatus: Sendable, Equatable {
    /// The model's name.
    package let model: String
    /// nil when the model as a whole is refused, such as for its name or its `apus.toml`.
    package let version: Int?
    package let state: VersionState
    /// Why the version is in this state, for people; empty when it is ready.
    package let reason: String
    /// When the state was entered, in seconds since 1970.
    package let since: Double
    /// How long the load took, and what it takes; nil unless ready.
    package let load: LoadReport?
    /// Whether it answers when no version is named.
    package let isServing: Bool
    /// The labels that mean it, sorted.
    package let labels: [String]
}
