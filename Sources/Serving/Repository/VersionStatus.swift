/// One line of the repository's index.
package struct VersionStatus: Sendable, Equatable {
    /// What is on disk and was refused while what was loaded before goes on.
    package struct Refusal: Sendable, Equatable {
        package let reason: String
        /// Seconds since 1970.
        package let since: Double
    }

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
    /// Why a ready version is not what its files say now; nil when it is.
    package let refusal: Refusal?
    /// Whether it answers when no version is named.
    package let isServing: Bool
    /// The labels that mean it, sorted.
    package let labels: [String]

    /// The reason, or why the changed files of a version that is ready were refused; empty when all is well.
    package var explanation: String {
        refusal.map { "what was loaded before goes on, because what is on disk was refused: \($0.reason)" } ?? reason
    }
}
