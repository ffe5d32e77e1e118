/// Where a version is in its life.
package enum VersionState: String, Sendable, Hashable, CaseIterable {
    /// Found on disk, and not to be loaded by the version policy.
    case unavailable
    /// Being read, compiled and checked.
    case loading
    /// Serving.
    case ready
    /// Refused; the reason says why.
    case failed
}
