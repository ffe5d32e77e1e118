import Synchronization

/// The `apus.toml` texts that were read lately, so that one that did not change is not read again: a model that is
/// reloaded a thousand times has the same one, and what the TOML library makes of a text is never freed.
final class ConfigurationCache: Sendable {
    /// Most texts that are kept.
    private static let capacity = 1024

    private let known = Mutex<[String: ModelConfiguration]>([:])

    /// What a text says.
    /// - Throws: As `ModelConfiguration`.
    func configuration(_ text: String) throws(ServingError) -> ModelConfiguration {
        if let configuration = known.withLock({ $0[text] }) { return configuration }
        let configuration = try ModelConfiguration(toml: text)
        known.withLock { known in
            if known.count >= Self.capacity { known = [:] }
            known[text] = configuration
        }
        return configuration
    }
}
