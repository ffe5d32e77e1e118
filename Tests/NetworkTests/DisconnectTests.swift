import Glibc
import Network
import TestSupport
import Testing

struct DisconnectTests {
    @Test func noticesAResetWhileARequestIsInHand() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/hold", ""))
        #expect(eventually { running.server.requestsInFlight == 1 })
        let responder = try #require(running.handler.responders.first)
        #expect(!responder.isCancelled)
        client.reset()
        #expect(eventually { responder.isCancelled })
        #expect(running.server.requestsInFlight == 0)
        #expect(running.server.connectionCount == 0)
    }

    /// The slot is used again before the late answer comes: it must not reach the newcomer.
    @Test func dropsALateAnswer() throws {
        let running = try Running { $0.loops = 1 }
        let client = try running.connect()
        client.send(post("/hold", ""))
        #expect(eventually { running.server.requestsInFlight == 1 })
        client.reset()
        #expect(eventually { running.server.connectionCount == 0 })
        let next = try running.connect()
        #expect(next.exchange(post("/echo", "one"))?.text == "one")
        running.handler.release("late")
        #expect(next.exchange(post("/later", "two"))?.text == "two")
    }

    @Test(arguments: ["/echo", "/later"])
    func answersAPeerThatShutItsSendingSide(path: String) throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post(path, "half"))
        client.shutdownSending()
        #expect(client.response()?.text == "half")
        #expect(client.isAtEnd())
    }

    /// The end of the stream and an answer from another thread come in one round of events, again and again.
    @Test func theEndOfTheStreamNeverOvertakesTheAnswer() throws {
        let running = try Running { $0.loops = 1 }
        for round in 0..<150 {
            let clients = try (0..<8).map { _ in try running.connect() }
            for client in clients {
                client.send(post("/later", "\(round)"))
                client.shutdownSending()
            }
            for client in clients { #expect(client.response()?.text == "\(round)") }
        }
    }

    @Test func keepsARequestInHandWhenThePeerShutsItsSendingSide() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/hold", ""))
        #expect(eventually { running.server.requestsInFlight == 1 })
        client.shutdownSending()
        usleep(50_000)
        #expect(running.handler.responders.allSatisfy { !$0.isCancelled })
        running.handler.release("still here")
        #expect(client.response()?.text == "still here")
        #expect(client.isAtEnd())
    }

    @Test func survivesClientsThatLeaveAnywhere() throws {
        let running = try Running()
        let request = post("/later", "abc")
        for length in stride(from: 0, through: request.utf8.count, by: 3) {
            let client = try running.connect()
            client.send(Array(request.utf8.prefix(length)))
            if length % 2 == 0 { client.reset() } else { client.close() }
        }
        #expect(eventually { running.server.connectionCount == 0 })
        #expect(try running.connect().exchange(request)?.text == "abc")
    }

    @Test func answers408ToAnUnfinishedHead() throws {
        let running = try Running { $0.headTimeout = .milliseconds(200) }
        let client = try running.connect()
        client.send("GET / HT")
        let response = client.response()
        #expect(response?.status == 408 && response?.closes == true)
        #expect(client.isAtEnd())
    }

    @Test func answers408ToABodyThatStops() throws {
        let running = try Running { $0.bodyTimeout = .milliseconds(200) }
        let client = try running.connect()
        client.send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab")
        #expect(client.response()?.status == 408)
        #expect(client.isAtEnd())
    }

    @Test func closesIdleConnections() throws {
        let running = try Running { $0.idleTimeout = .milliseconds(200) }
        let client = try running.connect()
        #expect(client.exchange(post("/echo", "a"))?.text == "a")
        #expect(client.isAtEnd())
    }

    @Test func dropsAPeerThatDoesNotRead() throws {
        let running = try Running { $0.writeTimeout = .milliseconds(200) }
        let client = try #require(Client(port: running.server.port, receiveBuffer: 8192))
        client.send("GET /big?20000000 HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(eventually { running.server.connectionCount == 1 })
        #expect(eventually { running.server.connectionCount == 0 })
    }

    @Test func tells503BeyondTheLimitOfConnections() throws {
        let running = try Running { $0.maximumConnections = 2 }
        let first = try running.connect()
        let second = try running.connect()
        #expect(first.exchange(post("/echo", "a"))?.text == "a")
        #expect(second.exchange(post("/echo", "b"))?.text == "b")
        let third = try running.connect()
        let response = third.exchange(post("/echo", "c"))
        #expect(response?.status == 503 && response?.closes == true)
        #expect(response?.head.contains("\r\nRetry-After: 1\r\n") == true)
        #expect(third.isAtEnd())
        first.close()
        #expect(eventually { running.server.connectionCount == 1 })
        #expect(try running.connect().exchange(post("/echo", "d"))?.text == "d")
    }
}
