package import JSON

/// One line of a worker's standard output: a JSON object whose member `type` says what it is.
package enum WorkerMessage: Sendable, Equatable {
    /// `{"type": "state", "state", "phase"}`
    case state(JobState, phase: String)
    /// `{"type": "progress", "epoch", "epochs", "step", "steps_per_epoch", "samples_per_second", "eta_seconds",
    /// "train_loss"}`
    case progress(JobProgress)
    /// `{"type": "metrics", "epoch", "step", "metrics": {…}}`
    case metrics(JSONValue)
    /// `{"type": "log", "level", "message"}`
    case log(level: String, message: String)
    /// `{"type": "checkpoint", "step", "epoch", "metrics": {…}}`
    case checkpoint(JSONValue)
    /// `{"type": "result", "bundle", "publish", "reason", "metrics": {…}}`
    case result(JobResult, metrics: [JSONMember])
    /// `{"type": "error", "code", "message", "field"}`
    case error(JobFailure)

    /// Reads a line.
    /// - Returns: nil for anything else than the above; a worker of another version may say more.
    package init?(line: [UInt8]) {
        guard let value = try? JSONValue(parsing: line), let type = value["type"]?.string else { return nil }
        switch type {
        case "state":
            guard let state = value["state"]?.string.flatMap(JobState.init(rawValue:)) else { return nil }
            self = .state(state, phase: value["phase"]?.string ?? "")
        case "progress": self = .progress(JobProgress(value))
        case "metrics":
            guard value["metrics"]?.members != nil else { return nil }
            self = .metrics(value.without("type"))
        case "log":
            guard let message = value["message"]?.string else { return nil }
            self = .log(level: value["level"]?.string ?? "info", message: message)
        case "checkpoint": self = .checkpoint(value.without("type"))
        case "result":
            guard let result = JobResult(value) else { return nil }
            self = .result(result, metrics: value["metrics"]?.members ?? [])
        case "error":
            guard let message = value["message"]?.string else { return nil }
            let code = value["code"]?.string ?? "training_failed"
            self = .error(JobFailure(code: code, message: message, field: value["field"]?.string))
        default: return nil
        }
    }

    /// The line that says it, without its end.
    package var json: JSONValue {
        switch self {
        case .state(let state, let phase):
            ["type": "state", "state": .string(state.rawValue), "phase": .string(phase)]
        case .progress(let progress): .object([JSONMember("type", "progress")] + progress.members)
        case .metrics(let data): .object([JSONMember("type", "metrics")] + (data.members ?? []))
        case .log(let level, let message):
            ["type": "log", "level": .string(level), "message": .string(message)]
        case .checkpoint(let data): .object([JSONMember("type", "checkpoint")] + (data.members ?? []))
        case .result(let result, let metrics):
            .object(
                [JSONMember("type", "result")] + (result.json.members ?? [])
                    + [JSONMember("metrics", .object(metrics))])
        case .error(let failure):
            .object([JSONMember("type", "error")] + (failure.json.members ?? []))
        }
    }
}

extension JSONValue {
    /// An object without one of its members.
    fileprivate func without(_ name: String) -> JSONValue {
        .object((members ?? []).filter { $0.name != name })
    }
}
