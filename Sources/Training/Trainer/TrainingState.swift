import JSON

/// Where a training stands between two steps: with the tensors of a checkpoint, everything that later steps depend on.
struct TrainingState: Sendable, Equatable {
    /// Epochs that are done.
    var epoch = 0
    /// Steps of the epoch at work that are done.
    var step = 0
    /// Steps of all epochs that are done.
    var totalSteps = 0
    var running: RunningMetrics
    var schedule: Schedule
    var stopping: EarlyStopping?
    var history = TrainingHistory()
    /// Whether early stopping has said that this is enough.
    var isStopped = false

    /// For a checkpoint.
    var json: JSONValue {
        [
            "epoch": .integer(epoch), "step": .integer(step), "total_steps": .integer(totalSteps),
            "running": running.state, "schedule": schedule.state, "early_stopping": stopping?.state ?? .null,
            "history": history.json, "stopped": .bool(isStopped),
        ]
    }

    /// Goes back to a saved state.
    mutating func restore(_ json: JSONValue) throws(FieldError) {
        var fields = try JSONFields(json, path: "state")
        epoch = try fields.required("epoch", fields.integer("epoch", in: 0...Int.max))
        step = try fields.required("step", fields.integer("step", in: 0...Int.max))
        totalSteps = try fields.required("total_steps", fields.integer("total_steps", in: 0...Int.max))
        isStopped = try fields.required("stopped", fields.bool("stopped"))
        try running.restore(try fields.required("running", fields.value("running")))
        if let value = fields.value("schedule") { try schedule.restore(value) }
        if let value = fields.value("early_stopping") { try stopping?.restore(value) }
        history = try TrainingHistory(json: try fields.required("history", fields.value("history")))
        try fields.finish()
    }
}
