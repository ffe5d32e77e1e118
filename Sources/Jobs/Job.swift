package import JSON

/// One training, from the request to its end.
package struct Job: Sendable, Equatable {
    /// Names the job.
    package let id: String
    /// The model whose version it makes.
    package let model: String
    /// The request, complete and checked.
    package let request: JSONValue
    package internal(set) var state = JobState.queued
    /// What the worker does right now, such as "training" or "publishing"; empty when there is no worker.
    package internal(set) var phase = ""
    package internal(set) var progress: JobProgress?
    /// The newest value of every metric that was reported.
    package internal(set) var metrics: [JSONMember] = []
    /// Seconds since 1970.
    package let created: Double
    /// When its worker was started for the first time. Seconds since 1970.
    package internal(set) var started: Double?
    /// When a final state was reached. Seconds since 1970.
    package internal(set) var finished: Double?
    /// Why the job is in its state, for people; empty when that says it all.
    package internal(set) var reason = ""
    package internal(set) var failure: JobFailure?
    /// What is to happen when the worker has ended.
    package internal(set) var wish: JobWish?
    /// Workers that have ended unasked since the last checkpoint.
    package internal(set) var crashes = 0
    package internal(set) var result: JobResult?
    /// The version that the result was published as.
    package internal(set) var version: Int?

    /// A new job.
    package init(id: String, model: String, request: JSONValue, created: Double) {
        self.id = id
        self.model = model
        self.request = request
        self.created = created
    }
}

extension Job {
    /// The job object of the API. Times are seconds since 1970.
    package var json: JSONValue {
        var members = [
            JSONMember("id", .string(id)), JSONMember("model", .string(model)),
            JSONMember("state", .string(state.rawValue)), JSONMember("phase", phase.isEmpty ? .null : .string(phase)),
        ]
        members += (progress ?? emptyProgress).members
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        members += [
            JSONMember("metrics", .object(metrics)),
            JSONMember("created", .number(created)), JSONMember("started", number(started)),
            JSONMember("finished", number(finished)),
            JSONMember("reason", reason.isEmpty ? .null : .string(reason)),
            JSONMember("error", failure?.json ?? .null),
            JSONMember("version", version.map { .integer($0) } ?? .null),
            JSONMember("request", request),
        ]
        return .object(members)
    }

    private var emptyProgress: JobProgress {
        var progress = JobProgress()
        progress.epochs = request["epochs"]?.int ?? 0
        return progress
    }
}

extension Job {
    /// Takes over newer values of metrics.
    mutating func merge(_ newer: [JSONMember]) {
        for member in newer {
            if let index = metrics.firstIndex(where: { $0.name == member.name }) {
                metrics[index] = member
            } else {
                metrics.append(member)
            }
        }
    }
}
