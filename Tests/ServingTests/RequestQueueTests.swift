@testable import Serving
import Tensors
import Testing

struct RequestQueueTests {
    /// The queue of a model with a free time, filled with (rows, time), each named by its place.
    private func queue(_ requests: [(rows: Int, time: Int)]) throws -> RequestQueue {
        let version = ModelVersion(FakeModel(isSequence: true))
        var queue = RequestQueue()
        for (number, (rows, time)) in requests.enumerated() {
            let request = try version.request(number, rows: rows, time: time)
            queue.append(PendingRequest(request: request, completion: { _ in }, submitted: UInt64(number)))
        }
        return queue
    }

    private func batches(_ queue: inout RequestQueue, maxRows: Int) -> [[UInt64]] {
        var batches: [[UInt64]] = []
        while true {
            let batch = queue.takeBatch(maxRows: maxRows)
            if batch.isEmpty { return batches }
            batches.append(batch.map(\.submitted))
        }
    }

    @Test func takesWhatFitsInOrder() throws {
        var queue = try queue([(2, 5), (3, 5), (4, 5), (1, 5)])
        #expect(queue.count == 4 && queue.rows == 10)
        #expect(batches(&queue, maxRows: 6) == [[0, 1], [2, 3]])
        #expect(queue.isEmpty && queue.rows == 0)
    }

    @Test func neverOvertakesWithinABinding() throws {
        var queue = try queue([(2, 5), (4, 5), (1, 5)])
        #expect(batches(&queue, maxRows: 4) == [[0], [1], [2]])
    }

    @Test func largerThanABatchComesAlone() throws {
        var queue = try queue([(9, 5), (1, 5), (1, 5)])
        #expect(batches(&queue, maxRows: 4) == [[0], [1, 2]])
    }

    @Test func joinsEqualBindingsOnlyAndStartsWithTheOldest() throws {
        var queue = try queue([(1, 5), (1, 6), (1, 5), (1, 7), (1, 6), (1, 5)])
        #expect(batches(&queue, maxRows: 2) == [[0, 2], [1, 4], [3], [5]])
    }

    /// The queue of a model, filled with (rows, priority), each named by its place.
    private func queue(_ requests: [(rows: Int, priority: RequestPriority)]) throws -> RequestQueue {
        let version = ModelVersion(FakeModel())
        var queue = RequestQueue()
        for (number, (rows, priority)) in requests.enumerated() {
            let request = try version.request(number, rows: rows, priority: priority)
            queue.append(PendingRequest(request: request, completion: { _ in }, submitted: UInt64(number)))
        }
        return queue
    }

    @Test func higherPrioritiesGoFirstAndLowerOnesFillUp() throws {
        var queue = try queue([(2, .low), (2, .normal), (2, .normal), (2, .high), (1, .low)])
        #expect(batches(&queue, maxRows: 4) == [[3, 1], [2, 0], [4]])
        #expect(queue.isEmpty && queue.rows == 0)
    }

    @Test func noPriorityStarves() throws {
        var queue = try queue([(1, .low)] + (0..<100).map { _ in (1, .high) })
        let order = batches(&queue, maxRows: 1)
        #expect(order.count == 101)
        #expect(order.firstIndex(of: [0]) == 7)
    }

    @Test func lowerPrioritiesGiveUpTheirPlacesTheNewestFirst() throws {
        var queue = try queue([(2, .low), (3, .normal), (1, .low), (4, .high), (2, .normal)])
        #expect(queue.displace(rows: 1, below: .low) == nil)
        #expect(queue.displace(rows: 4, below: .normal) == nil && queue.rows == 12)
        #expect(queue.displace(rows: 2, below: .normal)?.map(\.submitted) == [2, 0])
        #expect(queue.rows == 9 && queue.count == 3)
        #expect(queue.displace(rows: 3, below: .high)?.map(\.submitted) == [4, 1])
        #expect(batches(&queue, maxRows: 100) == [[3]])
    }

    @Test func staysInOrderOverManyRequests() throws {
        var random = RandomSource(seed: 1)
        var queue = RequestQueue()
        let version = ModelVersion(FakeModel())
        var next: UInt64 = 0
        var expected: UInt64 = 0
        for _ in 0..<3000 {
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let request = try version.request(0, rows: Int.random(in: 1...5, using: &random))
                queue.append(PendingRequest(request: request, completion: { _ in }, submitted: next))
                next += 1
            }
            let batch = queue.takeBatch(maxRows: Int.random(in: 1...8, using: &random))
            for pending in batch {
                #expect(pending.submitted == expected)
                expected += 1
            }
        }
        #expect(UInt64(queue.count) == next - expected)
    }
}
