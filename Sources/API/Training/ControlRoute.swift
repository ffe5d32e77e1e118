import HTTP

/// The resources of training: datasets, jobs, and what a model is asked to do beside predicting. All of them may touch
/// the disk, and answer from a queue of their own.
enum ControlRoute: Equatable {
    case datasets
    case dataset(String)
    case jobs
    case job(String)
    case jobHistory(String, JobHistory)
    case jobAction(String, JobAction)
    case train(String)
    case evaluate(String, version: Int?)
    case preprocess(String, version: Int?)

    /// What can be read of a job beside itself.
    enum JobHistory: String, CaseIterable {
        case events, metrics, logs, checkpoints
    }

    /// What a job can be asked for.
    enum JobAction: String, CaseIterable {
        case cancel, pause, resume, publish
    }

    /// The methods the resource takes.
    var methods: [HTTPMethod] {
        switch self {
        case .datasets: [.get, .head, .post]
        case .dataset: [.get, .head, .delete]
        case .jobs, .job, .jobHistory: [.get, .head]
        case .jobAction, .train, .evaluate, .preprocess: [.post]
        }
    }

    /// `"/v1/datasets" [ "/" name ]` and `"/v1/jobs" [ "/" id [ ( "/" / ":" ) word ] ]`; nil for other paths.
    init?(path: String) {
        var scanner = PathScanner(path)
        if scanner.skip("/v1/datasets") {
            guard let name = Self.name(&scanner) else { return nil }
            guard scanner.isAtEnd else { return nil }
            self = name.map { .dataset($0) } ?? .datasets
        } else if scanner.skip("/v1/jobs") {
            guard let id = Self.name(&scanner) else { return nil }
            guard let id else {
                self = .jobs
                return
            }
            if scanner.isAtEnd {
                self = .job(id)
                return
            }
            guard scanner.skip("/") || scanner.skip(":"), let word = scanner.segment(), scanner.isAtEnd else {
                return nil
            }
            if let history = JobHistory(rawValue: word) {
                self = .jobHistory(id, history)
            } else if let action = JobAction(rawValue: word) {
                self = .jobAction(id, action)
            } else {
                return nil
            }
        } else {
            return nil
        }
    }

    /// What stands behind a model's name, and its version if there is one.
    init?(model: String, version: Int?, verb: String) {
        switch (verb, version) {
        case ("train", nil): self = .train(model)
        case ("evaluate", _): self = .evaluate(model, version: version)
        case ("preprocess", _): self = .preprocess(model, version: version)
        default: return nil
        }
    }

    /// `[ "/" [ name ] ]`: a name, or nil inside for none; nil when something else comes.
    private static func name(_ scanner: inout PathScanner) -> String?? {
        if scanner.isAtEnd { return .some(nil) }
        guard scanner.skip("/") else { return nil }
        if scanner.isAtEnd { return .some(nil) }
        guard let name = scanner.segment() else { return nil }
        return .some(name)
    }
}
