import JSON
import TestSupport
import Testing

/// What is wrong with a request is said so that its sender can mend it, and the server goes on.
@Suite(.serialized) struct BadInputTests {
    private static let cnn = "/v1/models/digits-cnn/predict"
    private static let lstm = "/v1/models/digits-lstm/predict"
    private static let row28 = "[" + [String](repeating: "0", count: 28).joined(separator: ",") + "]"

    private static func instances(_ text: String) -> String { "{\"instances\": \(text)}" }

    private static func image(_ rows: [String]) -> String { "[" + rows.joined(separator: ",") + "]" }

    @Test(arguments: [
        (cnn, "", 400, "the body is empty; expected {\"instances\": […]}"),
        (cnn, "{\"instances\": [[1, 2", 400, "truncated"),
        (cnn, "[1, 2]", 400, "expected an object"),
        (cnn, "{}", 400, "the member \"instances\" is missing"),
        (cnn, "{\"inputs\": []}", 400, "inputs: expected a non-empty list, got an empty list"),
        (cnn, "{\"inputs\": {}}", 400, "inputs.keras_tensor is missing; the model's inputs are"),
        (cnn, "{\"nose\": []}", 400, "unknown member \"nose\"; expected \"instances\" or \"inputs\""),
        (cnn, "{\"signature_name\": \"x\"}", 400, "signature_name: expected \"serving_default\" or none, got \"x\""),
        (lstm, "{\"inputs\": [[1]], \"instances\": [[1]]}", 400, "expected \"instances\" or \"inputs\", got both"),
        (cnn, "{\"instances\": []}", 400, "instances: expected a non-empty list, got an empty list"),
        (cnn, "{\"instances\": [[]], \"instances\": [[]]}", 400, "instances[0]"),
        (lstm, instances("[\(row28)] , 3"), 400, "body: byte"),
        (lstm, instances("[[[0], [\"abc\"]]]"), 400, "instances[0][1][0]: expected a number, got the string \"abc\""),
        (
            cnn, instances(image([image([String](repeating: row28, count: 27) + ["[1,2]"])])), 400,
            "instances[0][27]: expected 28"
        ),
        (cnn, instances("[\(row28)]"), 400, "instances[0]: expected"),
        (lstm, instances("[[0, NaN, 0]]"), 400, "instances[0][1]: NaN is not a JSON number"),
        (lstm, instances("[[0, -Infinity, 0]]"), 400, "instances[0][1]: -Infinity is not a JSON number"),
        (lstm, instances("[[0, 1e39, 0]]"), 400, "instances[0][1]: 1e39 does not fit in float32"),
        (lstm, "PK\u{3}\u{4}…", 400, "body: expected JSON, got what begins as a file of application/x-npz; say so in"),
        (lstm, instances("[[0, null]]"), 400, "instances[0][1]: expected a number, got null"),
        (lstm, instances("[[1, 2, 3], [1, [2]]]"), 400, "instances[1][1]: expected a number, got a list"),
        (lstm, instances(String(repeating: "[", count: 100) + String(repeating: "]", count: 100)), 400, "instances[0]"),
        (lstm, "{\"id\": " + String(repeating: "[", count: 100_000), 400, "nested deeper than 64 levels"),
        (
            lstm, instances("[{\"nose\": [1]}]"), 400,
            "instances[0].nose: the model has no such input; its inputs are \"input\""
        ),
        ("/v1/models/missing/predict", instances("[1]"), 404, "no model named \"missing\""),
        ("/v1/models/digits-cnn/versions/9/predict", instances("[1]"), 404, "model \"digits-cnn\" has no version 9"),
        (
            "/v1/models/digits-cnn/versions/x:predict", instances("[1]"), 400,
            "version: expected a whole number up to 9223372036854775807, got \"x\""
        ),
        ("/v1/models/digits-cnn/fly", instances("[1]"), 404, "no resource at /v1/models/digits-cnn/fly"),
    ])
    func isRefusedWithAReason(path: String, body: String, status: Int, reason: String) throws {
        let api = try Self.api
        let client = try api.client()
        let response = try #require(client.post(path, body))
        #expect(response.status == status)
        let problem = try #require(Problem(response))
        #expect(problem.error.contains(reason), "\(problem.error)")
        #expect(problem.error == problem.detail)
        #expect(problem.status == status)
        #expect(problem.instance.hasPrefix("/requests/"))
        // The connection is still good for a proper request.
        let good = Predictions(client.post(Self.lstm, Self.instances("[\(Self.row28)]")))
        #expect(good?.rows.count == 1)
    }

    @Test(arguments: [
        ("GET", cnn, "", 405, "does not take GET, only POST"),
        ("POST", "/v1/models", "", 405, "does not take POST, only GET"),
        ("DELETE", "/livez", "", 405, "does not take DELETE, only GET"),
        (
            "POST", cnn, "Content-Type: text/html\r\n", 415,
            "Content-Type: expected one of application/json, application/oc"
        ),
        ("POST", cnn, "Content-Encoding: br\r\n", 415, "Content-Encoding: expected gzip, deflate or none, got br"),
        ("POST", cnn, "Content-Encoding: gzip\r\n", 400, "Content-Encoding: expected a whole body in gzip, got other"),
        ("POST", cnn, "X-Request-Timeout-Ms: soon\r\n", 400, "X-Request-Timeout-Ms: expected milliseconds in"),
        ("POST", cnn, "X-Request-Timeout-Ms: 0\r\n", 400, "expected milliseconds in 1...86400000, got \"0\""),
        (
            "POST", cnn, "X-Request-Priority: urgent\r\n", 400,
            "X-Request-Priority: expected high, normal or low, got \"urgent\""
        ),
        (
            "POST", "/v2/models/digits-cnn/infer", "X-Request-Priority: -1\r\n", 400,
            "X-Request-Priority: expected high, normal or low, got \"-1\""
        ),
        ("POST", cnn + "?top_k=0", "", 400, "query: top_k: expected an integer in 1...1000000, got \"0\""),
        ("POST", cnn + "?topk=1", "", 400, "query: topk: expected only top_k"),
    ])
    func refusesWhatItDoesNotTake(method: String, path: String, fields: String, status: Int, reason: String) throws {
        let client = try Self.api.client()
        client.send("\(method) \(path) HTTP/1.1\r\nHost: localhost\r\n\(fields)Content-Length: 0\r\n\r\n")
        let response = try #require(client.response())
        #expect(response.status == status)
        #expect(Problem(response)?.detail.contains(reason) == true)
        #expect(status != 405 || response.head.contains("\r\nAllow: "))
    }

    @Test func aGigabyteIsRefusedBeforeItIsSent() throws {
        let client = try Self.api.client()
        client.send("POST \(Self.cnn) HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n")
        let response = try #require(client.response())
        #expect(response.status == 413)
        #expect(Problem(response)?.detail.contains("1073741824") == true, "\(response.text)")
    }

    @Test func aClientsRequestIDIsKept() throws {
        let client = try Self.api.client()
        client.send("GET /nowhere HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: abc-1\r\n\r\n")
        let response = try #require(client.response())
        #expect(Problem(response)?.instance == "/requests/abc-1")
        #expect(response.head.contains("\r\nContent-Type: application/problem+json\r\n"))
    }

    private static let shared: RunningAPI? = try? RunningAPI()
    private static var api: RunningAPI { get throws { try #require(shared) } }
}
