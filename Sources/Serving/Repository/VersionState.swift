/// Where a version is in its life.
package enum VersionState: String, Sendable, Hashable, CaseIterable {
    /// Found on disk and not loaded: by the version policy, to make room, or because somebody unloaded it.
    case unavailable
    /// Being read, compiled and checked.
    case loading
    /// Serving.
    case ready
    /// Refused; the reason says why.
    case failed
}
