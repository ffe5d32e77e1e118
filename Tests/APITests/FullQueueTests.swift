import API
import Serving
import TestSupport
import Testing

/// What a model that has no room says to requests whose bodies are still to come.
struct FullQueueTests {
    private let models = TemporaryDirectory()
    private static let length = 5000

    /// A model whose only place is taken by a request that waits for others for a long time.
    private func serveFull() throws -> (api: RunningAPI, waiting: Client) {
        models.write(try TinyModel.bytes(shape: [1], plus: 1), to: "m/1/model.onnx")
        models.write("[batching]\nmax_delay_ms = 10000\nmax_queue_rows = 1\n", to: "m/apus.toml")
        let api = try RunningAPI(models: models.path)
        let waiting = try api.client()
        waiting.sendPost("/v1/models/m:predict", #"{"instances": [[1]]}"#)
        let version = try api.repository.version(of: "m")
        while version.statistics.queuedRows == 0 {}
        return (api, waiting)
    }

    private static func head(_ path: String, _ fields: String = "", length: Int = length) -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\nContent-Length: \(length)\r\n\(fields)\r\n"
    }

    @Test(arguments: [
        "/v1/models/m:predict", "/v1/models/m/predict", "/v1/models/m/versions/1:predict", "/v1/models/m:classify",
        "/v1/models/m/labels/stable:predict", "/v2/models/m/infer", "/v2/models/m/versions/1/infer",
    ])
    func theHeadIsEnough(path: String) throws {
        let (api, waiting) = try serveFull()
        let client = try api.client()
        client.send(Self.head(path, "X-Request-Id: mine\r\n"))
        let response = try #require(client.response())
        #expect(response.status == 429 && !response.closes)
        #expect(response.value(of: "retry-after") != nil)
        #expect(response.value(of: "content-type") == "application/json")
        let problem = try #require(Problem(response))
        #expect(problem.code == "queue_full")
        #expect(problem.detail.hasPrefix("the queue is full: 1 of 1 rows are waiting"))
        #expect(try api.repository.version(of: "m").statistics.rejections.queueFull == 1)
        client.send(String(repeating: " ", count: Self.length))
        let metrics = try #require(client.get("/metrics")).text
        #expect(
            metrics.contains(
                "\napus_http_requests_total{route=\"\(path.hasPrefix("/v2") ? "infer" : "predict")\",status=\"4xx\"} 1\n"
            ))
        withExtendedLifetime(waiting) {}
    }

    /// A body that came with its head is refused in the same words.
    @Test func theAnswerIsTheSameWithTheBody() throws {
        let (api, waiting) = try serveFull()
        let client = try api.client()
        let fields = "X-Request-Id: mine\r\n"
        let whole = try #require(
            client.exchange(Self.head("/v1/models/m:predict", fields) + String(repeating: " ", count: Self.length)))
        client.send(Self.head("/v1/models/m:predict", fields))
        let early = try #require(client.response())
        #expect(whole.status == 429 && early.text == whole.text)
        func names(_ response: Response) -> [Substring] {
            response.head.split(separator: "\r\n").map { $0.prefix { $0 != ":" } }
        }
        #expect(names(early) == names(whole))
        withExtendedLifetime(waiting) {}
    }

    @Test(arguments: [
        ("/v1/models/none:predict", "", length, 404), ("/v1/models/m/labels/none:predict", "", length, 404),
        ("/v1/models/m:predict", "Content-Type: text/html\r\n", length, 415),
        ("/v1/models/m:predict", "Content-Encoding: br\r\n", length, 415), ("/v1/models/m", "", length, 405),
        ("/v1/models/m:predict", "X-Request-Priority: urgent\r\n", length, 400), ("/nothing", "", length, 404),
        // A short body costs less to read than to refuse; one of high priority may take another's place.
        ("/v1/models/m:predict", "", 100, 400), ("/v1/models/m:predict", "X-Request-Priority: high\r\n", length, 400),
    ])
    func whatNeedsNoPlaceIsAnsweredAsEver(path: String, fields: String, length: Int, status: Int) throws {
        let (api, waiting) = try serveFull()
        let client = try api.client()
        client.send(Self.head(path, fields, length: length))
        // Had the head been enough, two answers would come.
        client.send(String(repeating: " ", count: length) + Self.head("/livez", length: 0))
        #expect(client.response()?.status == status)
        #expect(client.response()?.status == 405)
        #expect(try api.repository.version(of: "m").statistics.rejections.queueFull == 0)
        withExtendedLifetime(waiting) {}
    }

    @Test func whoWaitsForContinueIsToldAtOnce() throws {
        let (api, waiting) = try serveFull()
        let client = try api.client()
        client.send(Self.head("/v2/models/m/infer", "Expect: 100-continue\r\n"))
        let response = client.response()
        #expect(response?.status == 429 && response?.closes == true)
        #expect(client.isAtEnd())
        withExtendedLifetime(waiting) {}
    }
}
