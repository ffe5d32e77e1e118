import Dispatch
import Synchronization
import TestSupport
import Testing

@testable import Network

struct PlacementTests {
    /// Opens connections one after another, each served before the next one.
    private func connect(_ count: Int, to running: Running) throws -> [Client] {
        try (0..<count).map { index in
            let client = try running.connect()
            #expect(client.exchange(post("/echo", "\(index)"))?.text == "\(index)")
            return client
        }
    }

    @Test func connectionsAreSpreadEvenly() throws {
        let running = try Running { $0.loops = 3 }
        let clients = try connect(30, to: running)
        #expect(running.server.connectionsOfLoops == [10, 10, 10])
        #expect(running.server.connectionCount == clients.count)
    }

    @Test func loopsThatHaveLostConnectionsGetTheNextOnes() throws {
        let running = try Running { $0.loops = 4 }
        let clients = try connect(40, to: running)
        for client in clients[..<17] { client.close() }
        #expect(eventually { running.server.connectionCount == 23 })
        let next = try connect(17, to: running)
        #expect(running.server.connectionsOfLoops == [10, 10, 10, 10])
        withExtendedLifetime(next) {}
    }

    @Test(arguments: [1, 2, 5], [1, 3, 8])
    func anyNumberOfThreadsRunsAnyNumberOfLoops(threads: Int, loops: Int) throws {
        let running = try Running {
            $0.threads = threads
            $0.loops = loops
        }
        let clients = try (0..<40).map { _ in try running.connect() }
        for turn in 0..<10 {
            let path = turn.isMultiple(of: 2) ? "/later" : "/echo"
            for (index, client) in clients.enumerated() { client.send(post(path, "\(turn).\(index)")) }
            for (index, client) in clients.enumerated() { #expect(client.response()?.text == "\(turn).\(index)") }
        }
        let waiter = running.drain(deadline: .seconds(5))
        #expect(eventually { waiter.isDone })
    }

    @Test func aBusyThreadDoesNotHoldUpWhatOthersCanServe() throws {
        let handler = OrderHandler()
        var configuration = ServerConfiguration()
        configuration.threads = 2
        configuration.loops = 8
        let server = Server(configuration: configuration, handler: handler)
        try server.start()
        let clients = try (0..<8).map { _ in try #require(Client(port: server.port)) }
        for client in clients { #expect(client.exchange(post("/first", ""))?.status == 200) }
        #expect(server.connectionsOfLoops == [Int](repeating: 1, count: 8))
        clients[0].send(post("/wait", ""))
        #expect(eventually { handler.isWaiting.load(ordering: .acquiring) })
        for client in clients[1...] { #expect(client.exchange(post("/next", ""))?.status == 200) }
        handler.gate.signal()
        #expect(clients[0].response()?.status == 200)
        server.drain(deadline: .zero) {}
    }

    @Test func connectionsThatComeBeforeADrainAreServed() throws {
        let running = try Running { $0.loops = 4 }
        let clients = try (0..<40).map { _ in try running.connect() }
        for (index, client) in clients.enumerated() { client.send(post("/echo", "\(index)")) }
        let waiter = running.drain(deadline: .seconds(5))
        for (index, client) in clients.enumerated() {
            #expect(client.response()?.text == "\(index)")
            #expect(client.isAtEnd())
        }
        #expect(eventually { waiter.isDone })
        #expect(running.server.connectionCount == 0)
    }
}
