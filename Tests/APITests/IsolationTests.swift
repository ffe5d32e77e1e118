import Dispatch
import Synchronization
import Tensors
import TestSupport
import Testing

/// No answer ever reaches another request: every request carries an input of its own, and its answer must be exactly
/// the one that input gets alone.
@Suite(.serialized) struct IsolationTests {
    private static let rowsEach = 40

    @Test func uniqueInputsGetTheirOwnAnswers() throws {
        let api = try RunningAPI()
        let connections = 48
        let bodies = (0..<connections).map { connection in
            (0..<Self.rowsEach).map { Self.body(seed: UInt64(connection * Self.rowsEach + $0)) }
        }
        let alone = try api.client()
        let expected = bodies.map { $0.map { Predictions(alone.post(Self.path, $0)) } }
        #expect(Set(expected.flatMap { $0.map { $0?.rows } }).count == connections * Self.rowsEach)

        let clients = try (0..<connections).map { _ in try api.client() }
        let wrong = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: connections) { index in
            // Half of the connections send everything at once and then read: answers keep the order of the requests.
            let isPipelined = index.isMultiple(of: 2)
            if isPipelined { for body in bodies[index] { clients[index].sendPost(Self.path, body) } }
            for (request, body) in bodies[index].enumerated() {
                if !isPipelined { clients[index].sendPost(Self.path, body) }
                if Predictions(clients[index].response()) != expected[index][request] { wrong.withLock { $0 += 1 } }
            }
        }
        #expect(wrong.withLock { $0 } == 0)
    }

    private static let path = "/v1/models/digits-lstm/predict"

    /// A request of 1 to 5 random sequences.
    private static func body(seed: UInt64) -> String {
        var random = RandomSource(seed: seed &* 7919 &+ 13)
        let rows = (0..<(1 + Int(seed % 5))).map { _ in
            "[" + random.uniform(count: 28, in: 0..<2).map { "\($0)" }.joined(separator: ",") + "]"
        }
        return "{\"instances\": [" + rows.joined(separator: ",") + "]}"
    }
}
