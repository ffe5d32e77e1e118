import API
import JSON
import Jobs
import ModelFormats
import Tensors
import TestSupport
import Testing
import Training

/// Datasets over HTTP, and what a train request is told before it becomes a job.
struct DatasetsTests {
    private let training = RunningTraining("while :; do sleep 0.01; done")
    private let api: RunningAPI

    init() throws { api = try RunningAPI(training: training.service) }

    /// 40 rows of two numbers and a class.
    private var rows: [UInt8] {
        var values: [Float] = []
        for row in 0..<40 {
            values.append(Float(row) / 40)
            values.append(Float(row % 7))
            values.append(Float(row % 2))
        }
        return NpyWriter.bytes(of: Tensor(values, shape: Shape([40, 3])))
    }

    private func upload(_ name: String, _ bytes: [UInt8], type: String = "application/x-npy") throws -> Response? {
        let client = try api.client()
        let fields = "Host: a\r\nContent-Type: \(type)\r\nContent-Length: \(bytes.count)\r\n\r\n"
        client.send("POST /v1/datasets?name=\(name) HTTP/1.1\r\n" + fields)
        client.send(bytes)
        return client.response()
    }

    private func json(_ response: Response?) throws -> JSONValue {
        try JSONValue(parsing: try #require(response).body)
    }

    @Test func storesShowsAndDeletes() throws {
        let made = try #require(try upload("rows", rows))
        #expect(made.status == 201 && made.head.contains("\r\nLocation: /v1/datasets/rows\r\n"))
        let dataset = try json(made)
        #expect(dataset["name"] == "rows" && dataset["format"] == "npy")
        #expect(dataset["digest"]?.string?.count == 64 && dataset["report"] != nil)
        let client = try api.client()
        #expect(try json(client.get("/v1/datasets/rows")) == dataset)
        let list = try json(client.get("/v1/datasets"))["datasets"]?.array ?? []
        #expect(list.map { $0["name"] } == ["rows"] && list[0]["report"] == nil)
        #expect(try upload("rows", rows)?.status == 409)
        #expect(client.exchange("DELETE /v1/datasets/rows HTTP/1.1\r\nHost: a\r\n\r\n")?.status == 204)
        #expect(client.get("/v1/datasets/rows")?.status == 404)
    }

    @Test func namesAPathInTheDataDirectory() throws {
        _ = try training.service.parts()
        training.folder.write(rows, to: "data/incoming/rows.npy")
        let client = try api.client()
        let made = client.post("/v1/datasets", #"{"name": "rows", "path": "incoming/rows.npy"}"#)
        #expect(made?.status == 201)
        let outside = try #require(client.post("/v1/datasets", #"{"name": "other", "path": "../../etc/passwd"}"#))
        #expect((400..<500).contains(outside.status))
    }

    @Test func refusesDatasets() throws {
        #expect(Problem(try #require(try upload("a%20b", rows)))?.code == "invalid_dataset_name")
        #expect(Problem(try #require(try upload("rows", rows, type: "image/png")))?.status == 415)
        #expect(Problem(try #require(try upload("rows", Array(rows.prefix(50)))))?.code == "invalid_dataset")
        #expect(Problem(try #require(try upload("rows", [])))?.code == "invalid_body")
        let client = try api.client()
        #expect(client.post("/v1/datasets", "x", fields: "Content-Type: text/csv\r\n")?.status == 400)
        #expect(client.get("/v1/datasets/nothing")?.status == 404)
    }

    @Test func aWaitingJobKeepsItsDataset() throws {
        #expect(try upload("rows", rows)?.status == 201)
        let parts = try training.service.parts()
        let job = try parts.jobs.submit(model: "m", request: ["dataset": "rows"]).job
        let client = try api.client()
        let response = try #require(client.exchange("DELETE /v1/datasets/rows HTTP/1.1\r\nHost: a\r\n\r\n"))
        #expect(response.status == 409 && Problem(response)?.code == "dataset_in_use")
        try parts.jobs.cancel(job.id)
        #expect(try training.wait(for: job.id) { $0.state.isFinal }.state == .cancelled)
        #expect(client.exchange("DELETE /v1/datasets/rows HTTP/1.1\r\nHost: a\r\n\r\n")?.status == 204)
    }

    @Test func takesATrainRequestOnce() throws {
        #expect(try upload("rows", rows)?.status == 201)
        let client = try api.client()
        let body = #"{"dataset": "rows", "preset": "mlp", "epochs": 2}"#
        let fields = "Content-Type: application/json\r\nIdempotency-Key: k1\r\n"
        let first = try #require(client.post("/v1/models/new/train", body, fields: fields))
        #expect(first.status == 202)
        let job = try json(first)
        let id = try #require(job["id"]?.string)
        #expect(first.head.contains("\r\nLocation: /v1/jobs/\(id)\r\n"))
        #expect(job["model"] == "new" && job["epochs"] == 2 && job["request"]?["preset"] == "mlp")
        #expect(try json(client.post("/v1/models/new/train", body, fields: fields))["id"] == job["id"])
        let other = try #require(client.post("/v1/models/other/train", body, fields: fields))
        #expect(other.status == 422 && Problem(other)?.code == "idempotency_key_reused")
        #expect(try json(client.get("/v1/jobs/\(id)"))["id"] == job["id"])
    }

    @Test func aKeyMeansItsJobWhenAnotherVersionServes() throws {
        let parts = try training.service.parts()
        let then = try JSONValue(parsing: Array(#"{"dataset": "rows", "base": "digits-cnn/7"}"#.utf8))
        let job = try parts.jobs.submit(model: "m", request: TrainingRequest(json: then).json, key: "k").job
        let fields = "Content-Type: application/json\r\nIdempotency-Key: k\r\n"
        let body = #"{"dataset": "rows", "base": "digits-cnn"}"#
        let again = try #require(try api.client().post("/v1/models/m/train", body, fields: fields))
        #expect(again.status == 202 && again.head.contains("\r\nIdempotent-Replay: true\r\n"), "\(again.text)")
        #expect(try json(again)["id"] == .string(job.id))
    }

    @Test(arguments: [
        (#"{"preset": "mlp"}"#, 400, "invalid_field", "dataset"),
        (#"{"dataset": "rows"}"#, 400, "invalid_field", "preset"),
        (#"{"dataset": "nothing", "preset": "mlp"}"#, 422, "dataset_not_found", "dataset"),
        (#"{"dataset": "rows", "preset": "mlp", "epochs": 0}"#, 400, "invalid_field", "epochs"),
        (#"{"dataset": "rows", "preset": "mlp", "colour": 1}"#, 400, "invalid_field", "colour"),
        (
            #"{"dataset": "rows", "preset": "mlp", "optimizer": {"name": "adam", "learning_rate": "fast"}}"#, 400,
            "invalid_field", "optimizer.learning_rate"
        ),
        (#"{"dataset": "rows", "base": "nobody"}"#, 422, "model_not_found", "base"),
        (#"{"dataset": "rows", "base": "digits-cnn/77"}"#, 422, "version_not_found", "base"),
        (#"{"dataset": "rows", "dataset": "rows"}"#, 400, "invalid_field", "dataset"),
        (#"{"dataset": "rows""#, 400, "invalid_json", ""),
        ("", 400, "invalid_body", ""),
    ])
    func refusesATrainRequest(_ body: String, _ status: Int, _ code: String, _ field: String) throws {
        #expect(try upload("rows", rows)?.status == 201)
        let response = try #require(try api.client().post("/v1/models/new/train", body))
        let problem = try #require(Problem(response))
        #expect(response.status == status && problem.code == code && problem.field == field, "\(problem.detail)")
        #expect(try training.service.parts().jobs.store.jobs().isEmpty)
    }

    @Test func refusesANameThatNoModelCanHave() throws {
        let response = try #require(
            try api.client().post("/v1/models/.hidden/train", #"{"dataset": "rows", "preset": "mlp"}"#))
        #expect(response.status == 400 && Problem(response)?.code == "invalid_model_name")
    }

    @Test func showsWhatTheModelSees() throws {
        let client = try api.client()
        let answer = try json(client.post("/v1/models/digits-lstm/preprocess", #"{"instances": [[0.5, 1, 0]]}"#))
        let inputs = answer["inputs"]?.members ?? []
        #expect(inputs.count == 1 && inputs[0].value["shape"] == [1, 3, 1])
        #expect(inputs[0].value["data"]?.array?.count == 1 && answer["model_version"] == "1")
        let csv = try json(
            client.post("/v1/models/digits-lstm/preprocess", "0.5,1,0\n", fields: "Content-Type: text/csv\r\n"))
        #expect(csv["inputs"] == answer["inputs"])
        let refused = client.post("/v1/models/digits-lstm/preprocess", "x", fields: "Content-Type: text/html\r\n")
        #expect(refused?.status == 415)
        #expect(client.post("/v1/models/nobody/preprocess", #"{"instances": [[1]]}"#)?.status == 404)
        #expect(client.post("/v1/models/digits-lstm/preprocess", #"{"instances": []}"#)?.status == 400)
    }
}
