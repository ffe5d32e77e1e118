/// Where a job is in its life.
package enum JobState: String, Sendable, Hashable, CaseIterable {
    /// Waits for its turn.
    case queued
    /// Its worker reads the dataset and builds the model.
    case validating
    /// Its worker trains.
    case running
    /// Stopped with a checkpoint, until it is resumed.
    case paused
    /// Its worker measures the result, or the result is being published.
    case evaluating
    case succeeded, failed, cancelled

    /// Whether nothing more happens to the job.
    package var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }

    /// Whether the job has, or had when the daemon ended, a worker.
    package var isActive: Bool { self == .validating || self == .running || self == .evaluating }
}
