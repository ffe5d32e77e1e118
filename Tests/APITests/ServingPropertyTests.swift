import Dispatch
import Glibc
import JSON
import Serving
import Synchronization
import Tensors
import TestSupport
import Testing

/// Everything at once over HTTP: requests of all sizes, clients that go away, versions that are read again, sent, rolled
/// back and refused. Every answer is that of its own rows by the version it names; none is lost, none comes twice.
///
/// It runs for two seconds, or as many as APUS_PROPERTY_SECONDS says, and then until everything has happened once.
@Suite(.serialized) struct ServingPropertyTests {
    private static let clients = 6
    private static let seconds = getenv("APUS_PROPERTY_SECONDS").flatMap { Double(String(cString: $0)) } ?? 2

    private let models = TemporaryDirectory()

    /// What happened.
    private struct Counts: Equatable {
        var sent = 0
        var answered = 0
        var late = 0
        var abandoned = 0
        var reloads = 0
        var refusedLoads = 0
        var published = 0

        /// Whether everything has happened.
        var isWhole: Bool { ![answered, abandoned, reloads, refusedLoads, published].contains(0) }
    }

    /// What both sides count in.
    private final class Record: Sendable {
        let counts = Mutex(Counts())
        let problems = Mutex<[String]>([])
        let isOver = Atomic(false)

        func note(_ problem: String) {
            problems.withLock { if $0.count < 20 { $0.append(problem) } }
        }
    }

    @Test func everyAnswerIsThatOfItsOwnRows() throws {
        models.write(try TinyModel.bytes(shape: [nil], plus: 1), to: "m/1/model.onnx")
        models.write("[batching]\nmax_batch_size = 32", to: "m/apus.toml")
        models.write(try TinyModel.bytes(shape: [nil], plus: 1), to: "n/1/model.onnx")
        models.write("[batching]\ninline = \"never\"\ninstances = 2", to: "n/apus.toml")
        let api = try RunningAPI(models: models.path)
        var watching = RepositoryWatcher.Configuration()
        watching.settleSeconds = 0.02
        let watcher = RepositoryWatcher(api.repository, watching)
        watcher.start()
        let (record, group) = (Record(), DispatchGroup())
        for name in ["m", "n"] {
            DispatchQueue(label: "changes of \(name)").async(group: group) { @Sendable in
                change(name, api, record)
            }
        }
        for index in 0..<Self.clients {
            DispatchQueue(label: "client \(index)").async(group: group) { @Sendable in
                PropertyClient(api: api, seed: UInt64(index)).run(record)
            }
        }
        usleep(UInt32(Self.seconds * 1e6))
        for _ in 0..<600 where !record.counts.withLock({ $0.isWhole }) { usleep(100_000) }
        record.isOver.store(true, ordering: .releasing)
        #expect(group.wait(timeout: .now() + 120) == .success)
        watcher.stop()

        let counts = record.counts.withLock { $0 }
        #expect(record.problems.withLock { $0 } == [])
        #expect(counts.sent == counts.answered + counts.late)
        #expect(counts.isWhole)
        print("property test:", counts)
    }

    /// Changes what serves until the end: each version of number v adds v, whatever happens.
    private func change(_ name: String, _ api: RunningAPI, _ record: Record) {
        guard let client = try? api.client() else { return record.note("no connection") }
        let versions = "/v1/models/\(name)/versions"
        var (next, round) = (2, 0)
        func expect(_ response: Response?, _ statuses: Set<Int>, _ what: String) {
            if let status = response?.status, statuses.contains(status) { return }
            record.note("\(what): \(response?.text ?? "no answer")")
        }
        while !record.isOver.load(ordering: .acquiring) {
            round += 1
            switch round % 6 {
            case 0:
                // The files of a version are replaced, by the same, and then by something that does not load.
                guard let good = try? TinyModel.bytes(shape: [nil], plus: 1) else { return }
                models.write(good, to: "\(name)/.new")
                models.rename("\(name)/.new", to: "\(name)/1/model.onnx")
                expect(client.post("/v1/models/\(name)/reload", ""), [200], "reload")
                record.counts.withLock { $0.reloads += 1 }
            case 1:
                models.write([7, 7, 7], to: "\(name)/.bad")
                models.rename("\(name)/.bad", to: "\(name)/1/model.onnx")
                expect(client.post("/v1/models/\(name)/versions/1/reload", ""), [503], "a bad reload")
                guard let good = try? TinyModel.bytes(shape: [nil], plus: 1) else { return }
                models.write(good, to: "\(name)/.new")
                models.rename("\(name)/.new", to: "\(name)/1/model.onnx")
                expect(client.post("/v1/models/\(name)/versions/1/load", ""), [200], "load")
                record.counts.withLock { $0.refusedLoads += 1 }
            case 2 where next < 40:
                guard let model = try? TinyModel.bytes(shape: [nil], plus: Float(next)) else { return }
                let body = TarBuilder.archive([("model.onnx", model)])
                client.send(
                    "POST \(versions) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-tar\r\n"
                        + "Content-Length: \(body.count)\r\n\r\n")
                client.send(body)
                let answer = client.response()
                expect(answer, [201], "upload")
                if answer?.value(of: "location") != "\(versions)/\(next)" {
                    record.note("another version than \(next)")
                }
                next += 1
                record.counts.withLock { $0.published += 1 }
            case 3: expect(client.post("/v1/models/\(name)/rollback", ""), [200, 409], "rollback")
            case 4:
                let version = Int.random(in: 1..<next)
                expect(
                    client.request("PUT", "/v1/models/\(name)/labels/stable", "{\"version\": \(version)}"), [200],
                    "label")
            default:
                let body = "--b\r\nContent-Disposition: form-data; filename=\"model.onnx\"\r\n\r\nxx\r\n--b--\r\n"
                expect(
                    client.post(versions, body, fields: "Content-Type: multipart/form-data; boundary=b\r\n"), [422],
                    "a bad upload")
            }
        }
    }

    /// One connection after the other, with random requests.
    private struct PropertyClient {
        let api: RunningAPI
        private var random: RandomSource
        private var number = 0

        private struct Sent {
            let rows: [[Float]]
            let mayBeLate: Bool
            let isOpenInference: Bool
        }

        init(api: RunningAPI, seed: UInt64) {
            self.api = api
            random = RandomSource(seed: seed)
            number = Int(seed) * 100_000
        }

        mutating func runAll(_ record: Record) {
            while !record.isOver.load(ordering: .acquiring) {
                guard let client = try? api.client() else { return record.note("no connection") }
                var isGone = false
                for _ in 0..<Int.random(in: 1...40, using: &random) where !record.isOver.load(ordering: .acquiring) {
                    if Int.random(in: 0..<25, using: &random) == 0 {
                        // The client goes away, with a request in flight or half a request.
                        _ = send(client)
                        record.counts.withLock { $0.abandoned += 1 }
                        client.reset()
                        isGone = true
                        break
                    }
                    let sent = (0..<Int.random(in: 1...3, using: &random)).map { _ in send(client) }
                    for request in sent { check(client.response(), request, record) }
                }
                // Nothing comes that nobody asked for.
                if isGone { continue }
                client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                if client.response()?.text != "{\"live\":true}" { record.note("another answer than that of /livez") }
                if !client.isAtEnd() { record.note("an answer too much") }
            }
        }

        func run(_ record: Record) {
            var client = self
            client.runAll(record)
        }

        private mutating func send(_ client: Client) -> Sent {
            let isLarge = Int.random(in: 0..<20, using: &random) == 0
            let count = Int.random(in: 1...(isLarge ? 90 : 5), using: &random)
            let isOpenInference = Int.random(in: 0..<3, using: &random) == 0
            // Rows of one request may differ in length, but not in whole tensors.
            let mayVary = !isOpenInference && Int.random(in: 0..<3, using: &random) == 0
            let time = Int.random(in: 1...4, using: &random)
            let rows = (0..<count).map { _ in
                (0..<(mayVary ? Int.random(in: 1...4, using: &random) : time)).map { _ in
                    number += 1
                    return Float(number % 8_000_000)
                }
            }
            let model = Bool.random(using: &random) ? "m" : "n"
            var fields = "Content-Type: application/json\r\n"
            if Int.random(in: 0..<4, using: &random) == 0 { fields += "X-Request-Priority: low\r\n" }
            let mayBeLate = Int.random(in: 0..<10, using: &random) == 0
            if mayBeLate { fields += "X-Request-Timeout-Ms: 1\r\n" }
            let data = rows.map { "[" + $0.map { String(Int($0)) }.joined(separator: ",") + "]" }.joined(separator: ",")
            if isOpenInference {
                client.sendPost(
                    "/v2/models/\(model)/infer",
                    "{\"inputs\":[{\"name\":\"x\",\"shape\":[\(count),\(time)],\"datatype\":\"FP32\",\"data\":[\(data)]}]}",
                    fields: fields)
            } else {
                client.sendPost("/v1/models/\(model)/predict", "{\"instances\":[\(data)]}", fields: fields)
            }
            return Sent(rows: rows, mayBeLate: mayBeLate, isOpenInference: isOpenInference)
        }

        private func check(_ response: Response?, _ sent: Sent, _ record: Record) {
            record.counts.withLock { $0.sent += 1 }
            guard let response else { return record.note("an answer is lost") }
            if response.status == 504, sent.mayBeLate { return record.counts.withLock { $0.late += 1 } }
            guard response.status == 200, let json = try? JSONValue(parsing: response.body),
                let version = json["model_version"]?.string.flatMap({ Float($0) })
            else { return record.note("\(response.head.prefix(300))\(response.text.prefix(300))") }
            let expected = sent.rows.flatMap { $0.map { Double($0 + version) } }
            let values =
                sent.isOpenInference
                ? json["outputs"]?.array?.first?["data"]?.array
                : json["predictions"]?.array?.flatMap { $0.array ?? [] }
            guard values?.compactMap(\.double) == expected else {
                return record.note("expected \(expected.prefix(5)) by \(version), got \(response.text.prefix(300))")
            }
            record.counts.withLock { $0.answered += 1 }
        }
    }
}
