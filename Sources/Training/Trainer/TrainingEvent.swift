/// What a training tells while it runs.
package enum TrainingEvent: Sendable {
    /// The phase that begins.
    case phase(Phase)
    case progress(Progress)
    /// The figures of an epoch, which counts from 1.
    case metrics(epoch: Int, step: Int, MetricList)
    /// A checkpoint is on the disk.
    case checkpoint(epoch: Int, step: Int, MetricList)
    case log(String)

    package enum Phase: String, Sendable {
        case validating, training, evaluating
    }

    /// How far a training is.
    package struct Progress: Sendable, Equatable {
        /// The epoch at work, from 1.
        package let epoch: Int
        package let epochs: Int
        /// Steps of all epochs done.
        package let step: Int
        package let stepsPerEpoch: Int
        package let samplesPerSecond: Double
        /// Seconds that the rest will take at this rate.
        package let etaSeconds: Double
        /// The mean loss of the epoch so far.
        package let trainLoss: Double
    }
}

/// Why a training is asked to stop.
package enum StopRequest: Sendable {
    /// A checkpoint is written, from which it can go on.
    case pause
    /// Nothing is kept.
    case cancel
}

/// How a training ended.
package enum TrainingOutcome: Sendable {
    case finished(TrainingResult)
    case stopped(StopRequest)
}

/// What a finished training has made.
package struct TrainingResult: Sendable {
    /// The figures of the held-out rows and of the last epoch.
    package let metrics: MetricList
    package let history: TrainingHistory
    /// The reports on the held-out rows, by split.
    package let reports: [Split: EvaluationReport]
    /// Whether the version is to go live, and why.
    package let decision: PublishPolicy.Decision
    /// The directory of the version's files.
    package let bundle: String
}
