/// Which of a model's versions are loaded, beside those that labels, rollback and people ask for.
package enum VersionPolicy: Sendable, Equatable {
    /// The newest so many versions that load. A version that is refused does not count: the next older one is tried,
    /// so that a bad new version does not take down a model at the next start.
    case latest(Int)

    /// How many versions may be ready at once.
    var limit: Int {
        switch self {
        case .latest(let count): count
        }
    }
}
