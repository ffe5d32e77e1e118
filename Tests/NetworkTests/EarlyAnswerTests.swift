import HTTP
import Network
import Synchronization
import TestSupport
import Testing

/// Requests that are answered by their heads, and what becomes of their bodies.
struct EarlyAnswerTests {
    private static let body = String(repeating: "x", count: 200_000)
    private static let chunks =
        (0..<40).map { _ in "1388\r\n" + body.prefix(5000) + "\r\n" }.joined() + "0\r\nA: b\r\n\r\n"

    private static func head(_ path: String, _ fields: String) -> String {
        "POST \(path) HTTP/1.1\r\nHost: a\r\n\(fields)\r\n"
    }

    private static var length: String { "Content-Length: \(body.utf8.count)\r\n" }
    private static let chunked = "Transfer-Encoding: chunked\r\n"

    private func expectFull(_ client: Client, closes: Bool = false) {
        let response = client.response()
        #expect(response?.status == 429 && response?.text == "full")
        #expect(response?.closes == closes)
    }

    @Test(arguments: [(length, body), (chunked, chunks)])
    func theAnswerDoesNotWaitForTheBody(framing: String, content: String) throws {
        let running = try Running()
        let client = try running.connect()
        for turn in 0..<3 {
            client.send(Self.head("/full", framing))
            expectFull(client)
            client.send(content)
            #expect(client.exchange(post("/echo", "\(turn)"))?.text == "\(turn)")
        }
        #expect(running.handler.earlyAnswers.load(ordering: .relaxed) == 3)
    }

    @Test(arguments: [(length, body), (chunked, chunks)])
    func theNextRequestBeginsBehindTheBody(framing: String, content: String) throws {
        let running = try Running()
        let client = try running.connect()
        let refused = Self.head("/full", framing) + content
        let stream = refused + post("/echo", "one") + refused + refused + post("/later", "two") + refused
        client.send(stream)
        expectFull(client)
        #expect(client.response()?.text == "one")
        expectFull(client)
        expectFull(client)
        #expect(client.response()?.text == "two")
        expectFull(client)
        #expect(running.handler.earlyAnswers.load(ordering: .relaxed) == 4)
    }

    @Test(arguments: [
        ("Content-Length: 60\r\n", String(repeating: "y", count: 60)), (chunked, "3;a=b\r\nabc\r\n0\r\n\r\n"),
    ])
    func theEndOfTheBodyIsFoundWhereverItIsCut(framing: String, content: String) throws {
        let running = try Running()
        let client = try running.connect()
        let head = Self.head("/full", framing)
        for cut in 0..<content.utf8.count {
            client.send(head + content.prefix(cut))
            expectFull(client)
            client.send(content.dropFirst(cut) + post("/echo", "\(cut)"))
            #expect(client.response()?.text == "\(cut)")
        }
    }

    @Test func aBodyThatIsThereAlreadyIsHandled() throws {
        let running = try Running()
        let client = try running.connect()
        #expect(client.exchange(post("/full", "short"))?.status == 404)
        #expect(running.handler.earlyAnswers.load(ordering: .relaxed) == 0)
    }

    @Test func whoWaitsForContinueGetsTheAnswerInstead() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(Self.head("/full", Self.length + "Expect: 100-continue\r\n"))
        expectFull(client, closes: true)
        #expect(client.isAtEnd())
    }

    @Test func whoDoesNotWaitForContinueGoesOn() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(Self.head("/full", Self.length + "Expect: 100-continue\r\n") + Self.body)
        expectFull(client)
        #expect(client.exchange(post("/echo", "on"))?.text == "on")
    }

    @Test(arguments: ["Connection: close\r\n", "HTTP/1.0"])
    func theLastAnswerIsReadBeforeTheConnectionCloses(reason: String) throws {
        let running = try Running()
        let client = try running.connect()
        let fields = Self.length + (reason == "HTTP/1.0" ? "" : reason)
        var head = Self.head("/full", fields)
        if reason == "HTTP/1.0" { head.replace("HTTP/1.1", with: reason) }
        client.send(head + Self.body)
        expectFull(client, closes: true)
        #expect(client.isAtEnd())
        client.close()
        #expect(eventually { running.server.connectionCount == 0 })
    }

    @Test func aBodyThatStopsComingEndsTheConnectionWithoutAnotherAnswer() throws {
        let running = try Running { $0.bodyTimeout = .milliseconds(100) }
        let client = try running.connect()
        client.send(Self.head("/full", Self.length) + "some")
        expectFull(client)
        #expect(client.isAtEnd())
    }

    @Test func chunksThatCannotBeReadEndTheConnectionWithoutAnotherAnswer() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(Self.head("/full", Self.chunked) + "3\r\nabc\r\n")
        expectFull(client)
        client.send("zz\r\n")
        #expect(client.isAtEnd())
    }

    @Test func chunksBeyondTheLimitEndTheConnection() throws {
        let running = try Running { $0.limits.maximumBodyBytes = 1000 }
        let client = try running.connect()
        client.send(Self.head("/full", Self.chunked) + "3E9\r\n")
        expectFull(client)
        #expect(client.isAtEnd())
    }

    @Test func aClientThatGoesLeavesNothing() throws {
        let running = try Running()
        for isReset in [false, true] {
            let client = try running.connect()
            client.send(Self.head("/full", Self.length) + Self.body.prefix(100_000))
            expectFull(client)
            isReset ? client.reset() : client.close()
            #expect(eventually { running.server.connectionCount == 0 })
        }
    }

    @Test func aDrainWaitsForTheBody() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(Self.head("/full", Self.length) + "some")
        expectFull(client)
        let drain = running.drain(deadline: .seconds(20))
        #expect(eventually { Client(port: running.server.port) == nil })
        client.send(Array(Self.body.utf8.dropFirst(4)))
        #expect(client.isAtEnd())
        #expect(eventually { drain.isDone })
    }

    /// The head of a request behind a large one is read alone, so that its body can be dropped unseen.
    @Test func bodiesBehindLargeOnesArriveWhole() throws {
        let running = try Running()
        let client = try running.connect()
        let alphabet = (0..<140_000).map { Character(UnicodeScalar(UInt8(97 + $0 % 26))) }
        let text = String(alphabet)
        for count in [20_000, 140_000, 17_000, 1900, 20_000, 2000, 140_000, 131_072, 100_000, 0, 20_000, 1] {
            let body = String(text.prefix(count))
            #expect(client.exchange(post("/echo", body))?.text == body)
        }
        for (path, count) in [
            ("/echo", 20_000), ("/full", 100_000), ("/full", 90_000), ("/later", 140_000), ("/full", 20_000),
        ] {
            let body = String(text.prefix(count))
            client.send(post(path, body))
            let response = client.response()
            // What has come as a whole with its head is handled like any other request.
            #expect(response?.text == (path == "/full" && response?.status == 429 ? "full" : body) || path == "/full")
        }
    }
}
