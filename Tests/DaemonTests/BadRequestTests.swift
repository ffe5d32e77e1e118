import Glibc
import TestSupport
import Testing

/// What the built executable keeps of requests that it refuses: nothing.
struct BadRequestTests {
    /// Requests that one connection carries before their answers are read.
    private static let batch = 125
    private static let connections = 4

    @Test func aHundredThousandBadRequestsLeaveNothingBehind() throws {
        let apus = try ApusProcess.serving()
        let port = try #require(apus.port())
        #expect(apus.logs(" ready "))
        // Buffers, plans and the heap reach their size.
        try refuseBadRequests(rounds: 40, port: port)
        // 100,000 requests in windows of 20,000, and the median or the mean of what the windows leave. A leak grows in every
        // window, and so in both. The heap that a busy machine's deeper queues once needed is in one window and moves the
        // mean; memory that goes back to the system in one window and is taken again in the others moves the median.
        let growths = try (0..<5).map { _ in
            let before = apus.residentBytes
            try refuseBadRequests(rounds: 40, port: port)
            #expect(before > 0)
            return apus.residentBytes - before
        }
        // 20 bytes a request: less than one block of the heap, the smallest of which has 32, and less than a body or
        // an answer of one kind in 13.
        let growth = min(growths.sorted()[2], growths.reduce(0, +) / growths.count)
        #expect(growth < 20 * 20_000, "grew by \(growths) bytes")

        let example = text(of: Repository.model("digits-lstm") + "/example.json")
        let client = try #require(Client(port: port))
        let answer = try #require(client.post("/v1/models/digits-lstm/predict", example))
        #expect(answer.status == 200)
        #expect(answer.text.contains("\"classes\":[\"7\"]"))
        apus.signal(SIGTERM)
        #expect(apus.wait() == 0)
    }

    /// Sends 500 requests a round over a few connections that stay, and one more over its own, and checks each answer.
    private func refuseBadRequests(rounds: Int, port: UInt16) throws {
        let clients = try (0..<Self.connections).map { _ in try #require(Client(port: port)) }
        var next = 0
        for round in 0..<rounds {
            let batches = clients.map { _ in
                defer { next += Self.batch }
                return (next..<next + Self.batch).map { BadRequest.kept[$0 % BadRequest.kept.count] }
            }
            for (client, batch) in zip(clients, batches) { client.send(batch.flatMap(\.bytes)) }
            for (client, batch) in zip(clients, batches) {
                #expect(batch.map { _ in client.response()?.status } == batch.map(\.status))
            }
            let request = BadRequest.alone[round % BadRequest.alone.count]
            let client = try #require(Client(port: port))
            client.send(request.bytes)
            let answer = try #require(client.response())
            #expect(answer.status == request.status)
            #expect(!answer.closes || client.isAtEnd())
        }
    }
}
