import Glibc
@testable import Serving
import TestSupport
import Testing

/// When an answer is of no use any more, by a header or a parameter; and how urgent a request is.
struct DeadlineTests {
    private let models = TemporaryDirectory()

    /// A model none of whose rows is computed by the thread that reads it.
    private func serve(waitingMilliseconds: Int) throws -> RunningAPI {
        models.write(try TinyModel.bytes(shape: [1], plus: 1), to: "m/1/model.onnx")
        models.write("[batching]\nmax_delay_ms = \(waitingMilliseconds)\n", to: "m/apus.toml")
        return try RunningAPI(models: models.path)
    }

    private static let instances = #""instances": [[1]]"#
    private static let inputs = #""inputs": [{"name": "x", "shape": [1, 1], "datatype": "FP32", "data": [1]}]"#

    @Test(arguments: [
        ("/v1/models/m:predict", "X-Request-Timeout-Ms: 1\r\n", "{\(instances)}"),
        ("/v1/models/m/predict", "", "{\(instances), \"parameters\": {\"timeout\": 1000}}"),
        ("/v1/models/m:predict", "X-Request-Timeout-Ms: 60000\r\n", "{\(instances), \"parameters\": {\"timeout\": 1}}"),
        ("/v2/models/m/infer", "X-Request-Timeout-Ms: 1\r\n", "{\(inputs)}"),
        ("/v2/models/m/infer", "", "{\(inputs), \"parameters\": {\"timeout\": 1000}}"),
    ])
    func whatComesTooLateIsNotComputed(path: String, fields: String, body: String) throws {
        let api = try serve(waitingMilliseconds: 50)
        let client = try api.client()
        let version = try api.repository.version(of: "m")
        // Others compute until the deadline is over.
        let turns = api.repository.loader.turns
        let count = api.repository.configuration.concurrentBatches
        for _ in 0..<count { turns.begin("other") }
        client.sendPost(path, body, fields: "Content-Type: application/json\r\n" + fields)
        while turns.waitingCount == 0, version.statistics.rejections.deadlineExceeded == 0 { usleep(100) }
        usleep(2000)
        for _ in 0..<count { turns.end("other", nanoseconds: 0) }
        let response = try #require(client.response())
        #expect(response.status == 504)
        let problem = try #require(Problem(response))
        #expect(problem.code == "deadline_exceeded")
        #expect(problem.detail == "the deadline passed before the answer was computed")
        #expect(version.statistics.executions == 0)
        #expect(version.statistics.rejections.deadlineExceeded == 1)
    }

    @Test(arguments: [
        ("/v1/models/m:predict", "X-Request-Timeout-Ms: 60000\r\nX-Request-Priority: high\r\n", "{\(instances)}"),
        ("/v1/models/m:predict", "X-Request-Priority: 2\r\n", "{\(instances), \"parameters\": {\"timeout\": 0}}"),
        ("/v2/models/m/infer", "", "{\(inputs), \"parameters\": {\"timeout\": 60000000, \"priority\": 1}}"),
    ])
    func whatComesInTimeIs(path: String, fields: String, body: String) throws {
        let api = try serve(waitingMilliseconds: 1)
        let client = try api.client()
        let response = client.post(path, body, fields: "Content-Type: application/json\r\n" + fields)
        #expect(response?.status == 200, "\(response?.text ?? "")")
        withExtendedLifetime(api) {}
    }

    @Test func aRequestDoesNotWaitForCompanyUntilItIsTooLate() throws {
        let api = try serve(waitingMilliseconds: 10_000)
        let response = try api.client().post(
            "/v1/models/m:predict", "{\(Self.instances), \"parameters\": {\"timeout\": 15000000}}")
        #expect(response?.status == 200, "\(response?.text ?? "")")
        withExtendedLifetime(api) {}
    }

    @Test(arguments: [
        (#""timeout": "soon""#, "parameters.timeout"), (#""timeout": 1.5"#, "parameters.timeout"),
        (#""priority": "urgent""#, "parameters.priority"), (#""priority": -1"#, "parameters.priority"),
    ])
    func aWrongParameterIsNamed(parameter: String, field: String) throws {
        let api = try serve(waitingMilliseconds: 0)
        let client = try api.client()
        for (path, rows) in [("/v1/models/m:predict", Self.instances), ("/v2/models/m/infer", Self.inputs)] {
            let response = try #require(client.post(path, "{\(rows), \"parameters\": {\(parameter)}}"))
            #expect(response.status == 400)
            #expect(Problem(response)?.detail.hasPrefix(field + ": expected ") == true, "\(response.text)")
            #expect(Problem(response)?.field == field)
        }
        withExtendedLifetime(api) {}
    }
}
