/// Where a job is in its life.
package enum JobState: String, Sendable, Hashable, CaseIterable {
    case queued, validating, running, paused, evaluating, succeeded, failed, cancelled

    /// Whether nothing more happens to the job.
    package var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
}
