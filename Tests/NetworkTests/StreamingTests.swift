import HTTP
import Network
import Synchronization
import TestSupport
import Testing

struct StreamingTests {
    /// The stream that the server has begun for the request sent last.
    private func stream(_ running: Running, count: Int = 1) throws -> ResponseStream {
        #expect(eventually { running.handler.streams.withLock { $0.count } >= count })
        return try #require(running.handler.streams.withLock { $0.last })
    }

    @Test func sendsContentAsItComes() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/stream", "begin"))
        let stream = try stream(running)
        let head = try #require(client.response())
        #expect(head.status == 200 && head.head.contains("\r\nTransfer-Encoding: chunked\r\n"))
        #expect(head.head.contains("\r\nX-A: b\r\n") && !head.head.contains("Content-Length"))
        #expect(client.nextChunk() == "begin")
        for text in ["one", "", "two"] { stream.write(Array(text.utf8)) }
        #expect(client.nextChunk() == "one")
        #expect(client.nextChunk() == "two")
        #expect(running.server.requestsInFlight == 1)
        stream.finish()
        #expect(client.nextChunk() == "")
        #expect(client.exchange(post("/echo", "behind"))?.text == "behind")
        #expect(running.server.requestsInFlight == 0)
    }

    @Test func requestsBehindAStreamWait() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/stream", "") + post("/echo", "behind") + post("/stream", "again"))
        let first = try stream(running)
        #expect(client.response() != nil)
        first.write([0x61])
        first.finish()
        #expect(client.nextChunk() == "a")
        #expect(client.nextChunk() == "")
        #expect(client.response()?.text == "behind")
        try stream(running, count: 2).finish()
        #expect(client.response() != nil)
        #expect(client.nextChunk() == "again")
        #expect(client.nextChunk() == "")
    }

    @Test func endsWithTheConnectionForHTTP10() throws {
        let running = try Running()
        let client = try running.connect()
        client.send("POST /stream HTTP/1.0\r\nContent-Length: 1\r\nConnection: keep-alive\r\n\r\nx")
        let stream = try stream(running)
        stream.write(Array("plain".utf8))
        stream.finish()
        let head = try #require(client.response())
        #expect(head.closes && !head.head.contains("Transfer-Encoding"))
        #expect(client.rest() == "xplain")
    }

    @Test func headHasNoContent() throws {
        let running = try Running()
        let client = try running.connect()
        client.send("HEAD /stream HTTP/1.1\r\nHost: a\r\n\r\n")
        let stream = try stream(running)
        stream.write([0x61])
        #expect(client.response(isHead: true)?.head.contains("Transfer-Encoding: chunked") == true)
        #expect(client.exchange(post("/echo", "next"))?.text == "next")
    }

    @Test func aLostStreamEndsTheConnection() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/stream", "x"))
        _ = try stream(running)
        #expect(client.response() != nil)
        running.handler.streams.withLock { $0 = [] }
        #expect(client.nextChunk() == "x")
        #expect(client.nextChunk() == nil)
    }

    @Test func seesThatTheClientHasGone() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/stream", "x"))
        let stream = try stream(running)
        #expect(client.response() != nil)
        #expect(!stream.isCancelled)
        client.reset()
        #expect(eventually { stream.isCancelled })
        stream.write([0x61])
        stream.finish()
        #expect(eventually { running.server.connectionCount == 0 && running.server.requestsInFlight == 0 })
    }

    @Test func knowsWhatTheClientHasNotTaken() throws {
        let running = try Running()
        let client = try #require(Client(port: running.server.port, receiveBuffer: 4096))
        client.send(post("/stream", "x"))
        let stream = try stream(running)
        #expect(client.response() != nil)
        let piece = [UInt8](repeating: 0x61, count: 1 << 20)
        for _ in 0..<6 { stream.write(piece) }
        #expect(stream.backlog > 0)
        var received = client.nextChunk()?.count ?? 0
        for _ in 0..<6 { received += client.nextChunk()?.count ?? 0 }
        #expect(received == 1 + 6 << 20)
        #expect(eventually { stream.backlog == 0 })
        stream.finish()
        #expect(client.nextChunk() == "")
    }

    @Test func dropsAClientThatDoesNotKeepUp() throws {
        let running = try Running()
        let client = try #require(Client(port: running.server.port, receiveBuffer: 4096))
        client.send(post("/stream", "x"))
        let stream = try stream(running)
        let piece = [UInt8](repeating: 0x61, count: 1 << 20)
        for _ in 0..<40 where !stream.isCancelled { stream.write(piece) }
        #expect(eventually { stream.isCancelled })
    }

    @Test func aDrainEndsStreams() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/stream", "x"))
        _ = try stream(running)
        #expect(client.response() != nil)
        let waiter = running.drain(deadline: .seconds(600))
        #expect(client.nextChunk() == "x")
        #expect(client.nextChunk() == "")
        #expect(client.isAtEnd())
        #expect(eventually { waiter.isDone })
    }

    @Test func aResponderWithoutConnectionGathers() {
        let received = Mutex<[HTTPResponse]>([])
        let responder = Responder { response in received.withLock { $0.append(response) } }
        let stream = responder.stream(HTTPResponse(status: .ok, body: [1]))
        stream.write([2])
        stream.finish()
        #expect(received.withLock { $0 } == [HTTPResponse(status: .ok, body: [1, 2])])
    }
}
