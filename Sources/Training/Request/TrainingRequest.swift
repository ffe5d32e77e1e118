package import JSON

/// The body of `POST /v1/models/<m>/train`: everything that decides what a training does. With the same data, threads
/// and machine the same request gives the same version bit for bit.
///
/// `json` is the whole request with its defaults; it stands in the job and in `card.json`, and reads back as the same
/// request.
package struct TrainingRequest: Sendable, Equatable {
    // What is trained on what.

    /// The name of the dataset.
    package var dataset: String
    package var source: TrainingSource
    /// The output that the loss is taken from; nil for the first.
    package var output: String?
    /// Parameters that keep their values; only with a base.
    package var freeze = FreezePatterns([])
    /// How the dataset's rows become the model's inputs: `PreprocessingPlan` reads it. nil for the standard of the
    /// preset and the data, or the base's own preprocessing.
    package var preprocessing: JSONValue?
    /// How training rows are varied: `Augmentation` reads it.
    package var augmentation: JSONValue?
    /// The target and the splits: `DataOptions` reads it. Holds the request's `data`, `target` and `splits`.
    package var data: JSONValue?

    // How.

    package var epochs = 10
    /// Rows of a step.
    package var batchSize = 32
    /// Of everything random: initial parameters, order of rows, dropout, augmentation.
    package var seed = 0
    /// Threads that compute; nil for the daemon's setting.
    package var threads: Int?
    /// Whether every epoch has its rows in another order.
    package var shuffles = true
    package var optimizer = OptimizerOptions.adam
    package var gradientClip = GradientClip.none
    package var schedule = ScheduleOptions()
    package var loss = LossOptions()
    package var earlyStopping: EarlyStoppingOptions?
    /// Megabytes (10⁶ bytes) that the worker may use; nil for the daemon's setting.
    package var memoryLimit: Int?

    // What becomes of it.

    package var publish = PublishPolicy.never
    package var checkpoint = CheckpointInterval()
    package var evaluation = EvaluationOptions()
    /// Words for people, which stand in the card.
    package var title: String?
    package var description: String?

    package init(dataset: String, source: TrainingSource) {
        self.dataset = dataset
        self.source = source
    }

    /// The metrics that the training has to look at, to stop, for its learning rate and to publish, each with its place
    /// in the request.
    package var goals: [(path: String, goal: MetricGoal)] {
        var goals: [(path: String, goal: MetricGoal)] = []
        if let earlyStopping { goals.append(("early_stopping.metric", earlyStopping.goal)) }
        if case .reduceOnPlateau(let options) = schedule.rule { goals.append(("schedule.metric", options.goal)) }
        if case .ifBetter(let goal?) = publish { goals.append(("publish.metric", goal)) }
        return goals
    }

    /// Whether there must be validation rows.
    package var needsValidation: Bool { goals.contains { $0.goal.split == .validation } }
}
