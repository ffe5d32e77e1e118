import Glibc
import Network
import TestSupport
import Testing

struct PlacementTests {
    /// On which loop each of the clients is served.
    private func loops(of clients: [Client]) throws -> [String] {
        try clients.map { try #require($0.get("/loop")).text }
    }

    private func counts(_ loops: [String]) -> [Int] {
        Dictionary(grouping: loops) { $0 }.values.map(\.count).sorted()
    }

    @Test func connectionsAreSpreadEvenly() throws {
        let running = try Running { $0.loops = 3 }
        var clients: [Client] = []
        for _ in 0..<30 {
            clients.append(try running.connect())
            #expect(try loops(of: clients.suffix(1)).count == 1)
        }
        #expect(counts(try loops(of: clients)) == [10, 10, 10])
        #expect(running.server.connectionCount == 30)
    }

    @Test func theLoopThatHasLostConnectionsGetsTheNextOnes() throws {
        let running = try Running()
        let clients = try (0..<20).map { _ in try running.connect() }
        let places = try loops(of: clients)
        for (client, place) in zip(clients, places) where place == "0" { client.close() }
        let kept = places.count { $0 == "1" }
        #expect(eventually { running.server.connectionCount == kept })
        let next = try (0..<kept).map { _ in try running.connect() }
        #expect(try loops(of: next).allSatisfy { $0 == "0" })
        #expect(running.server.connectionCount == 2 * kept)
    }

    @Test func moreLoopsThanProcessorsServe() throws {
        let running = try Running { $0.loops = 2 * max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) + 3 }
        let clients = try (0..<60).map { _ in try running.connect() }
        for turn in 0..<10 {
            for (index, client) in clients.enumerated() { client.send(post("/later", "\(turn).\(index)")) }
            for (index, client) in clients.enumerated() { #expect(client.response()?.text == "\(turn).\(index)") }
        }
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
