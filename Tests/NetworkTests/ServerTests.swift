import Glibc
import Network
import TestSupport
import Testing

struct ServerTests {
    @Test func keepsConnectionsAlive() throws {
        let running = try Running()
        let client = try running.connect()
        for index in 0..<5 {
            let response = client.exchange(post("/echo", "body \(index)"))
            #expect(response?.status == 200 && response?.text == "body \(index)" && response?.closes == false)
            #expect(client.exchange(post("/later", "later \(index)"))?.text == "later \(index)")
        }
        #expect(running.server.connectionCount == 1)
        client.close()
        #expect(eventually { running.server.connectionCount == 0 })
    }

    @Test func answersPipelinedRequestsInOrder() throws {
        let running = try Running()
        let client = try running.connect()
        let paths = (0..<200).map { $0 % 3 == 1 ? "/later" : "/echo" }
        client.send(paths.enumerated().map { post($1, "\($0)") }.joined())
        for index in paths.indices { #expect(client.response()?.text == "\(index)") }
    }

    @Test func holdsWhatFollowsARequestInHand() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/hold", "") + post("/echo", "behind"))
        #expect(eventually { running.server.requestsInFlight == 1 })
        // More than the kernel's buffers: the server must not take it in, and must go on afterwards.
        client.send(post("/echo", "later on"))
        running.handler.release("answer")
        #expect(client.response()?.text == "answer")
        #expect(client.response()?.text == "behind")
        #expect(client.response()?.text == "later on")
        #expect(running.server.requestsInFlight == 0)
    }

    @Test func readsASlowSenderByteByByte() throws {
        let running = try Running()
        let client = try running.connect()
        let request =
            "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;x\r\nabc\r\n2\r\nde\r\n0\r\nT: u\r\n\r\n"
        for byte in (request + post("/echo", "second")).utf8 {
            client.send([byte])
            usleep(300)
        }
        #expect(client.response()?.text == "abcde")
        #expect(client.response()?.text == "second")
    }

    @Test func readsLargeBodies() throws {
        let running = try Running()
        let client = try running.connect()
        let body = String(repeating: "0123456789abcdef", count: 200_000)
        #expect(client.exchange(post("/echo", body))?.text == body)
        let chunks = String(repeating: "10\r\n0123456789abcdef\r\n", count: 100_000) + "0\r\n\r\n"
        let head = "POST /later HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(client.exchange(head + chunks)?.body.count == 1_600_000)
    }

    @Test func refusesAHugeBodyBeforeItComes() throws {
        let running = try Running()
        let client = try running.connect()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\nExpect: 100-continue\r\n\r\n")
        let response = client.response()
        #expect(response?.status == 413 && response?.closes == true)
        #expect(response?.text.contains("67108864") == true)
        #expect(client.isAtEnd())
    }

    /// The client goes on sending and still reads the answer.
    @Test func letsTheErrorBeReadWhileTheBodyComes() throws {
        let running = try Running()
        let client = try running.connect()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1073741824\r\n\r\n")
        client.send([UInt8](repeating: 0x20, count: 100_000))
        #expect(client.response()?.status == 413)
    }

    @Test(arguments: [
        ("GET /\(String(repeating: "a", count: 9000)) HTTP/1.1\r\n", 414),
        ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "v", count: 40_000))", 431),
        ("GET / HTTP/1.1\r\nHost: a\r\n\(String(repeating: "X: v\r\n", count: 101))", 431),
        ("GET / HTTP/1.1\r\n\r\n", 400), ("GET / HTTP/2.0\r\n\r\n", 505),
        ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501),
        ("GET / HTTP/1.1\r\nHost: a\r\nExpect: more\r\n\r\n", 417),
    ])
    func answersProtocolErrorsWithTheHandlersBody(request: String, status: Int) throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/echo", "good") + request)
        #expect(client.response()?.text == "good")
        let response = client.response()
        #expect(response?.status == status && response?.closes == true)
        #expect(response?.text.hasPrefix("{\"error\":\"") == true)
        #expect(client.isAtEnd())
    }

    @Test func asksForTheBody() throws {
        let running = try Running()
        let client = try running.connect()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        #expect(client.response()?.status == 100)
        #expect(client.exchange("hi")?.text == "hi")
    }

    @Test func speaksHTTP10() throws {
        let running = try Running()
        let client = try running.connect()
        let kept = client.exchange("GET /echo HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
        #expect(kept?.status == 200 && kept?.head.contains("\r\nConnection: keep-alive\r\n") == true)
        let last = client.exchange("GET /echo HTTP/1.0\r\n\r\n")
        #expect(last?.closes == true)
        #expect(client.isAtEnd())
    }

    @Test func sendsNoContentToHead() throws {
        let running = try Running()
        let client = try running.connect()
        client.send("HEAD /big?1000 HTTP/1.1\r\nHost: a\r\n\r\n" + post("/echo", "next"))
        #expect(client.response(isHead: true)?.head.contains("Content-Length: 1000\r\n") == true)
        #expect(client.response()?.text == "next")
    }

    @Test func findsFields() throws {
        let running = try Running()
        let client = try running.connect()
        #expect(client.exchange("GET /field HTTP/1.1\r\nHost: a\r\nX-a: \tv \r\n\r\n")?.text == "v")
        #expect(client.exchange("GET /field HTTP/1.1\r\nHost: a\r\n\r\n")?.text == "none")
    }

    @Test func takesOneResponseARequest() throws {
        let running = try Running()
        let client = try running.connect()
        for _ in 0..<50 {
            #expect(client.exchange("GET /twice HTTP/1.1\r\nHost: a\r\n\r\n")?.text == "first")
            #expect(client.exchange(post("/later", "own"))?.text == "own")
        }
    }

    @Test func serves500Connections() throws {
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        limit.rlim_cur = min(limit.rlim_max, 8192)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        let running = try Running()
        let clients = try (0..<500).map { _ in try running.connect() }
        for (index, client) in clients.enumerated() {
            client.send(post(index % 2 == 0 ? "/echo" : "/later", "\(index)"))
        }
        for (index, client) in clients.enumerated() { #expect(client.response()?.text == "\(index)") }
        #expect(running.server.connectionCount == 500)
        for client in clients { client.close() }
        #expect(eventually { running.server.connectionCount == 0 })
    }

    @Test func sendsALargeResponseToASlowReader() throws {
        let running = try Running()
        let client = try #require(Client(port: running.server.port, receiveBuffer: 8192))
        client.send("GET /big?8000000 HTTP/1.1\r\nHost: a\r\n\r\n" + post("/later", "after"))
        usleep(100_000)
        // Another connection is not held up.
        #expect(try running.connect().exchange(post("/echo", "other"))?.text == "other")
        let response = client.response()
        #expect(response?.body == (0..<8_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 8) })
        #expect(client.response()?.text == "after")
    }

    @Test func pausesParsingForAPeerThatDoesNotRead() throws {
        let running = try Running()
        let client = try #require(Client(port: running.server.port, receiveBuffer: 8192))
        let count = 2000
        client.send(String(repeating: "GET /big?10000 HTTP/1.1\r\nHost: a\r\n\r\n", count: count))
        usleep(100_000)
        for _ in 0..<count { #expect(client.response()?.body.count == 10_000) }
    }
}
