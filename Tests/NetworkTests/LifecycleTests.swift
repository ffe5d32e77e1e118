import Glibc
import HTTP
import Network
import TestSupport
import Testing

struct LifecycleTests {
    @Test func drainsWithARequestInFlight() throws {
        let running = try Running()
        let busy = try running.connect()
        let idle = try running.connect()
        #expect(idle.exchange(post("/echo", "a"))?.text == "a")
        busy.send(post("/hold", ""))
        #expect(eventually { running.server.requestsInFlight == 1 })
        let drain = running.drain(deadline: .seconds(20))
        #expect(idle.isAtEnd())
        #expect(eventually { Client(port: running.server.port) == nil })
        #expect(!drain.isDone)
        running.handler.release("last")
        let response = busy.response()
        #expect(response?.text == "last" && response?.closes == true)
        #expect(busy.isAtEnd())
        #expect(eventually { drain.isDone })
        #expect(running.server.connectionCount == 0 && running.server.requestsInFlight == 0)
    }

    @Test func endsWhatOutlastsTheDeadline() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/hold", ""))
        #expect(eventually { running.server.requestsInFlight == 1 })
        let responder = try #require(running.handler.responders.first)
        let drain = running.drain(deadline: .milliseconds(100))
        #expect(client.isAtEnd())
        #expect(eventually { drain.isDone })
        #expect(responder.isCancelled)
        running.handler.release("too late")
    }

    @Test func drainsAtOnceWithoutConnections() throws {
        let running = try Running()
        let drain = running.drain(deadline: .seconds(20))
        #expect(eventually { drain.isDone })
        #expect(running.drain(deadline: .zero).isDone)
    }

    @Test func callsBackEveryoneWhoAsksToDrain() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/hold", ""))
        #expect(eventually { running.server.requestsInFlight == 1 })
        let first = running.drain(deadline: .seconds(20))
        let second = running.drain(deadline: .seconds(20))
        running.handler.release("done")
        #expect(eventually { first.isDone && second.isDone })
    }

    /// What follows the last answer's request is unread; the answer must still arrive whole.
    @Test func closesGentlyWhileMoreRequestsCome() throws {
        let running = try Running()
        let client = try running.connect()
        client.send(post("/hold", ""))
        #expect(eventually { running.server.requestsInFlight == 1 })
        let drain = running.drain(deadline: .seconds(20))
        client.send(post("/echo", "never served"))
        running.handler.release("last")
        #expect(client.response()?.text == "last")
        #expect(client.isAtEnd())
        client.close()
        #expect(eventually { drain.isDone })
    }

    @Test func refusesAPortThatIsTaken() throws {
        let running = try Running()
        let port = running.server.port
        #expect(throws: NetworkError.bindFailed(host: "127.0.0.1", port: port, code: EADDRINUSE)) {
            try Running { $0.port = port }
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "::", "[::]"])
    func listensOn(host: String) throws {
        let running = try Running { $0.host = host }
        #expect(try running.connect().exchange(post("/echo", "a"))?.text == "a")
    }

    @Test func refusesToStart() throws {
        #expect(throws: NetworkError.invalidHost("example.org")) { try Running { $0.host = "example.org" } }
        #expect(throws: NetworkError.invalidConfiguration(field: "loops", expected: "0 … 1024", found: -1)) {
            try Running { $0.loops = -1 }
        }
        #expect(
            throws: NetworkError.invalidConfiguration(field: "idleTimeout", expected: "a positive duration", found: 0)
        ) {
            try Running { $0.idleTimeout = .zero }
        }
        let running = try Running()
        #expect(throws: NetworkError.alreadyStarted) { try running.server.start() }
    }

    @Test func respondsWithoutAConnection() {
        let responder = Responder { response in #expect(response.status == .ok) }
        #expect(!responder.isCancelled)
        responder.send(HTTPResponse(status: .ok))
    }
}
