import API
import JSON
import Jobs
import TestSupport
import Testing

private let successful = """
    echo '{"type":"state","state":"running","phase":"training"}'
    echo '{"type":"log","level":"info","message":"hello"}'
    echo '{"type":"metrics","epoch":1,"step":30,"metrics":{"train_loss":0.5}}'
    echo '{"type":"checkpoint","epoch":1,"step":30}'
    echo '{"type":"result","bundle":"bundle","publish":false,"metrics":{"test_accuracy":0.97}}'
    """

/// Trains until a file tells it to end.
private let waiting = "while [ ! -e \"$1/go\" ]; do sleep 0.01; done\n" + successful

struct JobsTests {
    private func json(_ response: Response?) throws -> JSONValue {
        try JSONValue(parsing: try #require(response).body)
    }

    @Test func showsAJobAndItsHistory() throws {
        let training = RunningTraining(successful)
        let api = try RunningAPI(training: training.service)
        defer { withExtendedLifetime(api) {} }
        let client = try api.client()
        let id = try training.submit("digits", ["dataset": "digits", "epochs": 3])
        _ = try training.wait(for: id) { $0.state.isFinal }
        let job = try json(client.get("/v1/jobs/\(id)"))
        #expect(job["id"] == .string(id) && job["model"] == "digits" && job["state"] == "succeeded")
        #expect(job["metrics"] == ["train_loss": 0.5, "test_accuracy": 0.97])
        #expect(job["request"] == ["dataset": "digits", "epochs": 3] && job["error"] == .null)
        let list = try json(client.get("/v1/jobs"))["jobs"]?.array ?? []
        #expect(list.count == 1 && list[0]["id"] == .string(id) && list[0]["request"] == nil)
        let metrics = try json(client.get("/v1/jobs/\(id)/metrics"))["metrics"]?.array ?? []
        #expect(metrics.map { $0["metrics"] } == [["train_loss": 0.5]])
        let logs = try json(client.get("/v1/jobs/\(id)/logs"))["logs"]?.array ?? []
        #expect(logs.map { $0["message"] } == ["hello"])
        let checkpoints = try json(client.get("/v1/jobs/\(id)/checkpoints"))["checkpoints"]?.array ?? []
        #expect(checkpoints.map { $0["step"] } == [30])
        let events = try json(client.get("/v1/jobs/\(id)/events"))["events"]?.array ?? []
        #expect(events.first?["state"] == "queued" && events.last?["state"] == "succeeded")
        let second = events.dropFirst().first?["id"]?.int ?? 0
        let rest = try json(client.get("/v1/jobs/\(id)/events?after=\(second)&limit=2"))
        #expect(rest["events"]?.array == Array(events.dropFirst(2).prefix(2)))
        #expect(rest["last_id"] == events[3]["id"])
    }

    @Test func choosesJobs() throws {
        let training = RunningTraining(waiting)
        let api = try RunningAPI(training: training.service)
        defer { withExtendedLifetime(api) {} }
        let client = try api.client()
        let first = try training.submit("a")
        let second = try training.submit("b")
        func ids(_ query: String) throws -> [String?] {
            try json(client.get("/v1/jobs" + query))["jobs"]?.array?.map { $0["id"]?.string } ?? []
        }
        #expect(try ids("") == [second, first])
        #expect(try ids("?model=a") == [first])
        #expect(try ids("?limit=1") == [second])
        #expect(try ids("?state=queued") == [second])
        #expect(try ids("?state=succeeded,failed") == [])
    }

    @Test func acts() throws {
        let training = RunningTraining(waiting)
        let api = try RunningAPI(training: training.service)
        defer { withExtendedLifetime(api) {} }
        let client = try api.client()
        let first = try training.submit()
        let second = try training.submit()
        #expect(try json(client.post("/v1/jobs/\(second)/pause", ""))["state"] == "paused")
        #expect(try json(client.post("/v1/jobs/\(second):resume", ""))["state"] == "queued")
        #expect(try json(client.post("/v1/jobs/\(second)/cancel", ""))["state"] == "cancelled")
        let again = try #require(client.post("/v1/jobs/\(second)/resume", ""))
        #expect(again.status == 409 && Problem(again)?.code == "job_state")
        _ = try training.wait(for: first) { $0.state == .validating }
        training.folder.write("", to: "data/jobs/\(first)/go")
        _ = try training.wait(for: first) { $0.state.isFinal }
        #expect(try json(client.post("/v1/jobs/\(first)/publish", ""))["version"] == 1)
    }

    @Test func streamsEventsUntilTheEnd() throws {
        let training = RunningTraining(waiting)
        let api = try RunningAPI(training: training.service)
        defer { withExtendedLifetime(api) {} }
        let client = try api.client()
        let id = try training.submit()
        client.send("GET /v1/jobs/\(id)/events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n")
        let head = try #require(client.response())
        #expect(head.status == 200 && head.head.contains("Content-Type: text/event-stream"))
        var text = client.nextChunk() ?? ""
        #expect(text == "retry: 2000\n\n")
        _ = try training.wait(for: id) { $0.state == .validating }
        training.folder.write("", to: "data/jobs/\(id)/go")
        while let chunk = client.nextChunk(), !chunk.isEmpty { text += chunk }
        let fields = text.split(separator: "\n\n").dropFirst().map { $0.split(separator: "\n") }
        #expect(fields.allSatisfy { $0.count == 3 && $0[0].hasPrefix("id: ") && $0[2].hasPrefix("data: {") })
        let numbers = fields.map { Int($0[0].dropFirst(4)) ?? 0 }
        #expect(numbers == numbers.sorted() && Set(numbers).count == numbers.count)
        let kinds = fields.map { $0[1].dropFirst(7) }
        #expect(kinds.first == "state" && kinds.contains("metrics") && kinds.last == "state")
        #expect(fields.last?[2].contains("\"succeeded\"") == true)

        // Coming back after an event gives the rest; after the last one there is nothing to come back for.
        let resumed = client.exchange(
            "GET /v1/jobs/\(id)/events?stream=true HTTP/1.1\r\nHost: a\r\nLast-Event-ID: \(numbers[2])\r\n\r\n")
        #expect(resumed?.status == 200)
        var rest = ""
        while let chunk = client.nextChunk(), !chunk.isEmpty { rest += chunk }
        #expect(rest.split(separator: "\n\n").dropFirst().count == numbers.count - 3)
        let over = client.exchange(
            "GET /v1/jobs/\(id)/events?stream=true HTTP/1.1\r\nHost: a\r\nLast-Event-ID: \(numbers.last ?? 0)\r\n\r\n")
        #expect(over?.status == 204)
    }

    @Test(arguments: [
        ("/v1/jobs/nobody", 404, "job_not_found"), ("/v1/jobs/nobody/events", 404, "job_not_found"),
        ("/v1/jobs/nobody/events?stream=true", 404, "job_not_found"), ("/v1/jobs/a/b", 404, "unknown_path"),
        ("/v1/jobs?limit=0", 400, "invalid_query"), ("/v1/jobs?colour=red", 400, "invalid_query"),
        ("/v1/jobs?state=asleep", 400, "invalid_query"), ("/v1/jobs?model=%ff", 400, "invalid_query"),
        ("/v1/jobs?model=a&model=b", 400, "invalid_query"), ("/v1/jobs/a/events?stream=maybe", 400, "invalid_query"),
        ("/v1/jobs/a/cancel", 405, "method_not_allowed"),
    ])
    func refuses(_ path: String, _ status: Int, _ code: String) throws {
        let training = RunningTraining(successful)
        let api = try RunningAPI(training: training.service)
        defer { withExtendedLifetime(api) {} }
        let client = try api.client()
        let response = try #require(client.get(path))
        #expect(response.status == status)
        #expect(Problem(response)?.code == code)
    }

    @Test func saysWhyThereIsNoTraining() throws {
        let service = TrainingService { () throws(JobError) in throw .directory("/data", reason: "read-only") }
        let api = try RunningAPI(training: service)
        let response = try #require(try api.client().get("/v1/jobs"))
        #expect(response.status == 503 && response.text.contains("data directory /data: read-only"))
        #expect(Problem(response)?.code == "training_unavailable")
        let plain = try RunningAPI()
        #expect(try plain.client().get("/v1/jobs")?.status == 503)
        withExtendedLifetime((api, plain)) {}
    }
}
