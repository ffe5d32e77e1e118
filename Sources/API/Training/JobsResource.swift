import HTTP
import JSON
import Jobs
import Network

/// `/v1/jobs` and what is below it.
struct JobsResource: Sendable {
    let service: TrainingService

    /// `GET /v1/jobs?model=&state=&limit=`: the newest first, without their requests.
    func list(_ request: ControlRequest) throws(APIError) -> HTTPResponse {
        let query = try QueryParameters(request.query, known: ["model", "state", "limit"])
        let limit = try query.integer("limit", in: 1...1000) ?? 100
        var states = JobState.allCases
        if let text = query["state"] {
            states = []
            for word in text.split(separator: ",", omittingEmptySubsequences: false) {
                guard let state = JobState(rawValue: String(word)) else {
                    let words = JobState.allCases.map(\.rawValue).joined(separator: ", ")
                    throw .query("state", expected: "some of \(words), got \"\(word)\"")
                }
                states.append(state)
            }
        }
        let chosen = states
        let jobs = try jobs { supervisor throws(JobError) in
            try supervisor.store.jobs(model: query["model"], states: chosen, limit: limit)
        }
        return .json(["jobs": .array(jobs.map(\.summary))])
    }

    /// `GET /v1/jobs/{id}`
    func job(_ id: String) throws(APIError) -> HTTPResponse {
        let job = try jobs { supervisor throws(JobError) in try supervisor.store.job(id) }
        return .json(job.json)
    }

    /// `POST /v1/jobs/{id}/cancel`, `pause`, `resume` and `publish`: the job as it is then.
    func act(_ id: String, _ action: ControlRoute.JobAction) throws(APIError) -> HTTPResponse {
        let job = try jobs { supervisor throws(JobError) in
            switch action {
            case .cancel: try supervisor.cancel(id)
            case .pause: try supervisor.pause(id)
            case .resume: try supervisor.resume(id)
            case .publish: try supervisor.publish(id)
            }
        }
        return .json(job.json)
    }

    /// `GET /v1/jobs/{id}/events` as JSON, `metrics`, `logs` and `checkpoints`.
    func history(
        _ id: String, _ history: ControlRoute.JobHistory, _ request: ControlRequest
    ) throws(APIError) -> HTTPResponse {
        let query = try QueryParameters(request.query, known: ["after", "limit", "stream"])
        let after = try Self.after(request, query)
        let limit = try query.integer("limit", in: 1...100_000) ?? 10_000
        let events = try jobs { supervisor throws(JobError) -> [JobEvent] in
            let store = supervisor.store
            _ = try store.job(id)
            return switch history {
            case .metrics: Array(try store.metrics(of: id).filter { $0.id > after }.prefix(limit))
            case .events: try store.events(of: id, after: after, limit: limit)
            case .logs: try store.events(of: id, after: after, kinds: [.log], limit: limit)
            case .checkpoints: try store.events(of: id, after: after, kinds: [.checkpoint], limit: limit)
            }
        }
        return .json([
            "job": .string(id), history.rawValue: .array(events.map(\.json)),
            "last_id": .integer(events.last?.id ?? after),
        ])
    }

    /// Whether the request asks for events as they happen.
    static func wantsStream(_ request: ControlRequest) throws(APIError) -> Bool {
        let query = try QueryParameters(request.query, known: ["after", "limit", "stream"])
        return switch query["stream"] {
        case "true": true
        case "false": false
        case nil: request.accept?.lowercased().contains("text/event-stream") ?? false
        case let text?: throw .query("stream", expected: "true or false, got \"\(text)\"")
        }
    }

    /// `GET /v1/jobs/{id}/events` as server-sent events, until the job is at its end.
    func stream(_ id: String, _ request: ControlRequest, _ responder: Responder) throws(APIError) {
        let query = try QueryParameters(request.query, known: ["after", "limit", "stream"])
        let after = try Self.after(request, query)
        try jobs { supervisor throws(JobError) in
            let job = try supervisor.store.job(id)
            let next = try supervisor.store.events(of: id, after: after, limit: 1)
            // HTML, "server-sent events" §9.2.3: 204 tells a client that has seen all not to come back.
            if job.state.isFinal, next.isEmpty, after > 0 { return responder.send(HTTPResponse(status: .noContent)) }
            JobEventStream.begin(job: id, after: after, supervisor, responder)
        }
    }

    /// The number of the last event that the client has seen.
    private static func after(_ request: ControlRequest, _ query: QueryParameters) throws(APIError) -> Int {
        if let after = try query.integer("after", in: 0...Int.max) { return after }
        guard let text = request.lastEventID, !text.isEmpty else { return 0 }
        guard let number = Int(text), number >= 0 else { throw .lastEventID(text) }
        return number
    }

    private func jobs<Result>(_ body: (JobSupervisor) throws(JobError) -> Result) throws(APIError) -> Result {
        do throws(JobError) {
            return try body(service.parts().jobs)
        } catch {
            throw .job(error)
        }
    }
}

extension Job {
    /// The job in a list: all but the request.
    var summary: JSONValue { .object((json.members ?? []).filter { $0.name != "request" }) }
}
