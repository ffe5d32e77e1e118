import Dispatch
import HTTP
import Network
import Synchronization
import TestSupport
import Testing

/// Gathers the requests of a round and answers them at its end, as the API does with what it computes together.
private final class GatheringHandler: RequestHandler {
    private let waiting = Mutex<[(thread: Int, body: [UInt8], responder: Responder)]>([])
    /// The most requests that were answered at the end of one round.
    let largestRound = Atomic<Int>(0)

    func handle(_ request: borrowing HTTPRequest, responder: Responder) {
        let (thread, body, isInRound) = (request.threadIndex, Array(request.body), request.isInRound)
        #expect(isInRound)
        if request.path == "/now" { return responder.send(TestHandler.response(body)) }
        waiting.withLock { $0.append((thread, body, responder)) }
    }

    func endRound(threadIndex: Int) {
        let own = waiting.withLock { waiting in
            let own = waiting.filter { $0.thread == threadIndex }
            waiting.removeAll { $0.thread == threadIndex }
            return own
        }
        largestRound.max(own.count, ordering: .relaxed)
        for (_, body, responder) in own { responder.send(TestHandler.response(body)) }
    }

    func errorResponse(status: HTTPStatus, detail: String) -> HTTPResponse { HTTPResponse(status: status) }
}

/// Notes the paths in the order they come in; `/wait` keeps the loop until the test lets it go.
final class OrderHandler: RequestHandler {
    let gate = DispatchSemaphore(value: 0)
    let isWaiting = Atomic<Bool>(false)
    let paths = Mutex<[String]>([])

    func handle(_ request: borrowing HTTPRequest, responder: Responder) {
        let path = request.path
        paths.withLock { $0.append(path) }
        if path == "/wait" {
            isWaiting.store(true, ordering: .releasing)
            gate.wait()
        }
        responder.send(TestHandler.response([]))
    }

    func errorResponse(status: HTTPStatus, detail: String) -> HTTPResponse { HTTPResponse(status: status) }
}

struct RoundTests {
    private func start(_ handler: some RequestHandler) throws -> Server {
        var configuration = ServerConfiguration()
        configuration.loops = 1
        let server = Server(configuration: configuration, handler: handler)
        try server.start()
        return server
    }

    @Test func everyRequestOfARoundGetsItsOwnAnswer() throws {
        let handler = GatheringHandler()
        let server = try start(handler)
        let clients = try (0..<24).map { _ in try #require(Client(port: server.port)) }
        for turn in 0..<20 {
            for (index, client) in clients.enumerated() {
                client.send(post(index.isMultiple(of: 5) ? "/now" : "/round", "\(turn).\(index)"))
            }
            for (index, client) in clients.enumerated() { #expect(client.response()?.text == "\(turn).\(index)") }
        }
        #expect(handler.largestRound.load(ordering: .relaxed) > 1)
        server.drain(deadline: .zero) {}
    }

    @Test func pipelinedRequestsKeepTheirOrder() throws {
        let server = try start(GatheringHandler())
        let client = try #require(Client(port: server.port))
        let bodies = (0..<200).map { "\($0)" }
        client.send(bodies.enumerated().map { post($0.isMultiple(of: 3) ? "/now" : "/round", $1) }.joined())
        for body in bodies { #expect(client.response()?.text == body) }
        server.drain(deadline: .zero) {}
    }

    @Test func aConnectionThatClosesGetsItsAnswerFirst() throws {
        let server = try start(GatheringHandler())
        let client = try #require(Client(port: server.port))
        client.send(post("/round", "one") + post("/round", "last", "Connection: close\r\n"))
        #expect(client.response()?.text == "one")
        let last = client.response()
        #expect(last?.text == "last")
        #expect(last?.closes == true)
        #expect(client.isAtEnd())
        server.drain(deadline: .zero) {}
    }

    @Test func aShortRequestDoesNotWaitForThoseWithLargeBodies() throws {
        let handler = OrderHandler()
        let server = try start(handler)
        let large = String(repeating: "x", count: 32 * 1024)
        let bulk = try (0..<4).map { _ in try #require(Client(port: server.port)) }
        for client in bulk {
            client.send(post("/bulk", large))
            #expect(client.response()?.status == 200)
        }
        let (waiting, short) = (try #require(Client(port: server.port)), try #require(Client(port: server.port)))
        waiting.send(post("/wait", ""))
        #expect(eventually { handler.isWaiting.load(ordering: .acquiring) })
        for client in bulk { client.send(post("/bulk", large)) }
        short.send(post("/short", ""))
        handler.gate.signal()
        for client in bulk + [waiting, short] { #expect(client.response()?.status == 200) }
        let paths = handler.paths.withLock { Array($0.dropFirst(4)) }
        #expect(paths == ["/wait", "/short", "/bulk", "/bulk", "/bulk", "/bulk"])
        server.drain(deadline: .zero) {}
    }
}
