import JSON
import Jobs
import Testing

struct WorkerMessageTests {
    @Test(arguments: [
        "", "{}", "[]", "null", "{\"type\":", #"{"type":"other"}"#, #"{"type":"state","state":"asleep"}"#,
        #"{"type":"metrics"}"#, #"{"type":"log"}"#, #"{"type":"error"}"#, #"{"type":"result"}"#,
        #"{"type":"result","bundle":"../../etc"}"#, #"{"type":"result","bundle":".."}"#,
        #"{"type":"result","bundle":""}"#,
    ])
    func passesOverWhatItDoesNotKnow(_ line: String) {
        #expect(WorkerMessage(line: Array(line.utf8)) == nil)
    }

    @Test(
        arguments: [
            .state(.running, phase: "training"), .progress(JobProgress()),
            .metrics(["epoch": 1, "metrics": ["loss": 0.5]]), .log(level: "warning", message: "a \"quoted\" word"),
            .checkpoint(["epoch": 1, "step": 3]),
            .result(JobResult(bundle: "bundle", isToBePublished: true, reason: "better"), metrics: []),
            .error(JobFailure(code: "nan_loss", message: "step 3", field: nil)),
        ] as [WorkerMessage])
    func readsWhatItWrites(_ message: WorkerMessage) {
        #expect(WorkerMessage(line: message.json.bytes) == message)
    }
}
