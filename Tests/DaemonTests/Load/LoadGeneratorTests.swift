import Dispatch
import HTTP
import JSON
import Network
import Synchronization
import TestSupport
import Testing

@testable import Daemon

/// `apus bench --url` against a server of this process.
@Suite(.serialized) struct LoadGeneratorTests {
    /// Answers what it is told to.
    private final class Handler: RequestHandler {
        /// What came, the body and the value of `X-Test`.
        let requests = Mutex<[(body: Int, field: String?)]>([])
        private let answer: @Sendable (Int, Responder) -> Void

        init(_ answer: @escaping @Sendable (_ number: Int, Responder) -> Void) { self.answer = answer }

        func handle(_ request: borrowing HTTPRequest, responder: Responder) {
            let seen = (request.body.count, request.value(of: "x-test"))
            let number = requests.withLock { requests in
                requests.append(seen)
                return requests.count
            }
            answer(number, responder)
        }

        func errorResponse(status: HTTPStatus, detail: String) -> HTTPResponse { HTTPResponse(status: status) }
    }

    private func run(
        _ handler: Handler, _ configure: (inout LoadPlan) -> Void
    ) throws -> LoadReport {
        var configuration = ServerConfiguration()
        configuration.loops = 1
        let server = Server(configuration: configuration, handler: handler)
        try server.start()
        defer { server.drain(deadline: .seconds(1)) {} }
        var plan = LoadPlan(url: try HealthURL("http://127.0.0.1:\(server.port)/x?y=1"))
        plan.seconds = 0.3
        configure(&plan)
        return try LoadGenerator.run(plan)
    }

    @Test func withoutARateConnectionsTakeTurns() throws {
        let handler = Handler { _, responder in responder.send(HTTPResponse(status: .ok, body: [1, 2, 3])) }
        let report = try run(handler) { plan in
            plan.connections = 3
            plan.body = [UInt8](repeating: 7, count: 300_000)
            plan.fields = ["X-Test: yes"]
        }
        #expect(report.sent >= 3 && report.ok == report.sent)
        #expect(report.broken + report.unanswered + report.unsent == 0)
        let seen = handler.requests.withLock { $0 }
        #expect(seen.count == report.sent && seen.allSatisfy { $0.body == 300_000 && $0.field == "yes" })
    }

    @Test func withARateRequestsLeaveByTheSchedule() throws {
        let handler = Handler { _, responder in responder.send(HTTPResponse(status: .ok)) }
        let report = try run(handler) { plan in
            plan.rate = 100
            plan.arrivals = .fixed
            plan.connections = 2
        }
        #expect(report.sent + report.unsent == 29)
        #expect(report.statuses == [200: report.sent])
        #expect(report.latency(0.5) != nil && report.latency(0.5, status: 503) == nil)
    }

    /// What a tick adds is counted, as everything is since a request was due.
    @Test func ticksGatherRequests() throws {
        let handler = Handler { _, responder in responder.send(HTTPResponse(status: .ok)) }
        let report = try run(handler) { plan in
            plan.rate = 1000
            plan.arrivals = .fixed
            plan.tick = 50_000
            plan.connections = 128
        }
        #expect(report.sent > 0 && report.sent + report.unsent == 299)
        #expect(report.statuses == [200: report.sent])
        // Half of a tick's requests waited for half of it at least, and their answers for the next one.
        #expect((report.latency(0.5) ?? 0) >= 50_000)
    }

    /// A server that stalls is charged for every request that was due meanwhile.
    @Test func waitingForAConnectionCounts() throws {
        let handler = Handler { number, responder in
            let delay = number == 1 ? 200 : 0
            DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(delay)) {
                responder.send(HTTPResponse(status: .ok))
            }
        }
        let report = try run(handler) { plan in
            plan.rate = 200
            plan.arrivals = .fixed
            plan.connections = 1
        }
        // Those of the first half of the stall waited for half of it at least.
        #expect(report.late + report.unsent >= 20)
        #expect((report.latency(0.8) ?? 0) >= 100_000)
        #expect((report.latency(1) ?? 0) >= 200_000)
    }

    @Test func refusalsAreCountedByStatus() throws {
        let handler = Handler { number, responder in
            responder.send(
                number % 2 == 0
                    ? HTTPResponse(status: .ok)
                    : HTTPResponse(status: .tooManyRequests, fields: [.init("Retry-After", "1")]))
        }
        let report = try run(handler) { $0.connections = 1 }
        let refused = try #require(report.statuses[429])
        #expect(abs(refused - report.ok) <= 1 && refused + report.ok == report.sent)
        let json = try JSONValue(parsing: report.json)
        #expect(json["statuses"]?["429"]?["with_retry_after"]?.int == refused)
        #expect(json["ok"]?.int == report.ok && json["statuses"]?["200"]?["p99.9_us"] != nil)
        #expect(report.text.contains("429: \(refused), \(refused) with Retry-After; us: p50 "))
    }

    @Test func answersThatNeverComeAreUnanswered() throws {
        let kept = Mutex<[Responder]>([])
        let handler = Handler { _, responder in kept.withLock { $0.append(responder) } }
        let report = try run(handler) { plan in
            plan.connections = 2
            plan.grace = 0.05
        }
        #expect(report.sent == 2 && report.unanswered == 2 && report.ok == 0)
        for responder in kept.withLock({ $0 }) { responder.send(HTTPResponse(status: .ok)) }
    }

    @Test func aServerThatIsNotThereIsSaid() throws {
        let url = try HealthURL("http://127.0.0.1:1/")
        #expect(throws: DaemonError.self) { try LoadGenerator.run(LoadPlan(url: url)) }
    }

    @Test(arguments: ["--rate", "--tick", "--connections", "--seconds", "--header", "--content-type"])
    func aPlanThatMakesNoSenseIsRefused(option: String) throws {
        var plan = LoadPlan(url: try HealthURL("http://127.0.0.1:1/"))
        switch option {
        case "--rate": plan.rate = 0
        case "--tick": plan.tick = -1
        case "--connections": plan.connections = 0
        case "--seconds": plan.seconds = 0
        case "--header": plan.fields = ["no colon"]
        default: plan.contentType = "a\r\nb"
        }
        do throws(DaemonError) {
            _ = try LoadGenerator.run(plan)
            Issue.record("it was run")
        } catch {
            #expect(error.description.hasPrefix(option == "--content-type" ? "--header" : option))
            #expect(error.exitCode == 64)
        }
    }

    @Test func theCommandPrintsOneObject() throws {
        let server = try ApusProcess.serving()
        let port = try #require(server.port())
        #expect(server.logs(" ready "))
        let body = Repository.model("digits-lstm/example.json")
        let url = "http://127.0.0.1:\(port)/v1/models/digits-lstm/predict"
        let bench = try ApusProcess([
            "bench", "--url", url, "--body", body, "--seconds", "0.2", "--rate", "50", "--connections", "2", "--json",
        ])
        #expect(bench.wait() == 0)
        let report = try JSONValue(parsing: bench.output)
        #expect((report["ok"]?.int ?? 0) > 0 && report["ok"] == report["sent"])
    }
}
