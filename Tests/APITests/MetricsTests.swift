import JSON
import TestSupport
import Testing

@testable import API

/// What monitors read.
@Suite(.serialized) struct MetricsTests {
    private static let body = "{\"instances\": [[" + [String](repeating: "0", count: 28).joined(separator: ",") + "]]}"

    /// The value of a sample as it stands.
    private static func value(_ sample: String, _ text: String) -> String? {
        text.split(separator: "\n").first { $0.hasPrefix(sample + " ") }.map { String($0.dropFirst(sample.count + 1)) }
    }

    private static func page(_ client: Client, accept: String = "text/plain") throws -> Response {
        try #require(client.exchange("GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: \(accept)\r\n\r\n"))
    }

    @Test func requestsAreCountedByModelAndPhase() throws {
        let api = try RunningAPI()
        defer { withExtendedLifetime(api) {} }
        let client = try api.client()
        for _ in 0..<3 { #expect(client.post("/v1/models/digits-lstm/predict", Self.body)?.status == 200) }
        #expect(client.post("/v1/models/digits-lstm/predict", "{}")?.status == 400)
        let response = try Self.page(client)
        #expect(response.head.contains("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
        let text = response.text
        let labels = "{model=\"digits-lstm\",version=\"1\"}"
        for name in ["apus_inference_requests_total", "apus_inference_rows_total", "nv_inference_request_success"] {
            #expect(Self.value(name + labels, text) == "3", "\(name)")
        }
        for phase in ["decode", "queue", "batch_wait", "compute", "serialise", "request"] {
            #expect(Self.value("apus_inference_\(phase)_seconds_count\(labels)", text) == "3", "\(phase)")
            let all = "apus_inference_\(phase)_seconds_bucket{model=\"digits-lstm\",version=\"1\",le=\"+Inf\"}"
            #expect(Self.value(all, text) == "3")
        }
        #expect(Self.value("apus_inference_batch_rows_sum\(labels)", text) == "3")
        #expect(Self.value("apus_http_requests_total{route=\"predict\",status=\"2xx\"}", text) == "3")
        #expect(Self.value("apus_http_requests_total{route=\"predict\",status=\"4xx\"}", text) == "1")
        let state = "apus_model_state{model=\"digits-cnn\",version=\"1\",state=\"ready\"}"
        #expect(Self.value(state, text) == "1")
        #expect(text.contains("\n# TYPE apus_inference_requests_total counter\n"))
        #expect(text.contains("\napus_build_info{version=\""))
        let resident = try #require(Self.value("process_resident_memory_bytes", text).flatMap { Int($0) })
        #expect(resident > 1 << 20)
    }

    /// An answer that cannot be written is none, and rows of different lengths are one request.
    @Test func metricsAndStatisticsCountTheSame() throws {
        let api = try RunningAPI()
        defer { withExtendedLifetime(api) {} }
        let client = try api.client()
        let path = "/v1/models/digits-lstm"
        #expect(client.post(path + "/predict", Self.body)?.status == 200)
        #expect(client.post(path + "/predict", "{\"instances\": [[0, 0], [0, 0, 0], [0]]}")?.status == 200)
        #expect(client.post(path + ":regress", "{\"examples\": [[0, 0]]}")?.status == 400)
        let text = try Self.page(client).text
        let labels = "model=\"digits-lstm\",version=\"1\""
        #expect(Self.value("apus_inference_requests_total{\(labels)}", text) == "2")
        #expect(Self.value("nv_inference_request_success{\(labels)}", text) == "2")
        #expect(Self.value("apus_inference_rejections_total{\(labels),reason=\"unwritten\"}", text) == "1")
        #expect(Self.value("nv_inference_request_failure{\(labels),reason=\"OTHER\"}", text) == "1")
        let answer = try #require(client.get("/v2/models/digits-lstm/stats"))
        let statistics = try JSONValue(parsing: answer.body)["model_stats"]?.array?.first?["inference_stats"]
        #expect(statistics?["success"]?["count"] == 2 && statistics?["fail"]?["count"] == 1)
    }

    @Test(
        arguments: [
            (nil, .text), ("*/*", .text), ("text/plain;q=0.9, application/openmetrics-text;q=0.1", .text),
            ("application/openmetrics-text;q=0", .text), ("*/*, application/openmetrics-text", .openMetrics),
            (
                "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
                .openMetrics
            ),
        ] as [(String?, MetricsWriter.Format)])
    func acceptIsWeighed(accept: String?, format: MetricsWriter.Format) {
        #expect(MetricsWriter.Format(accept: accept) == format)
    }

    @Test func openMetricsIsForThoseWhoAsk() throws {
        let client = try Self.api.client()
        let response = try Self.page(client, accept: "application/openmetrics-text; version=1.0.0, text/plain;q=0.5")
        #expect(
            response.head.contains("\r\nContent-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"))
        #expect(response.head.contains("\r\nVary: Accept\r\n"))
        #expect(response.text.hasSuffix("\n# EOF\n"))
        #expect(response.text.contains("\n# TYPE apus_inference_requests counter\n"))
        #expect(response.text.contains("\n# TYPE apus_build info\n"))
        #expect(!response.text.contains("nv_inference"))
    }

    @Test func headHasNoContent() throws {
        let client = try Self.api.client()
        client.send("HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(client.response(isHead: true)?.status == 200)
        #expect(client.get("/livez")?.status == 200)
    }

    @Test(arguments: [MetricsWriter.Format.text, .openMetrics])
    func everyLineIsADeclarationOrASampleOfTheFamilyBefore(format: MetricsWriter.Format) throws {
        let accept = format == .text ? "text/plain" : "application/openmetrics-text"
        let text = try Self.page(Self.api.client(), accept: accept).text
        var family = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() where line != "# EOF" {
            if line.hasPrefix("# ") {
                let words = line.split(separator: " ")
                #expect(words.count >= 4 && (words[1] == "HELP" || words[1] == "TYPE"), "\(line)")
                family = String(words[2])
            } else {
                #expect(line.hasPrefix(family), "\(line) after \(family)")
                #expect(line.split(separator: " ").last.flatMap { Double(String($0)) } != nil, "\(line)")
            }
        }
    }

    @Test func labelsAreEscaped() {
        #expect(MetricLabels(["a": "x\"y\\z\nw"]).text == "a=\"x\\\"y\\\\z\\nw\"")
    }

    @Test func healthTellsStartFromReadiness() throws {
        let api = try RunningAPI()
        let client = try api.client()
        #expect(client.get("/startupz")?.status == 200)
        let plain = try #require(client.get("/readyz"))
        #expect(plain.status == 200 && !plain.text.contains("digits-cnn"))
        let verbose = try #require(client.get("/readyz?verbose"))
        #expect(
            verbose.text.contains("{\"model\":\"digits-cnn\",\"version\":\"1\",\"state\":\"ready\",\"reason\":\"\""))
        api.readiness.setDraining()
        #expect(client.get("/readyz")?.status == 503)
        #expect(client.get("/startupz")?.status == 200)
    }

    private static let shared: RunningAPI? = try? RunningAPI()
    private static var api: RunningAPI { get throws { try #require(shared) } }
}
