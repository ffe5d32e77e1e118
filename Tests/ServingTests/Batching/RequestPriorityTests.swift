import Dispatch
@testable import Serving
import Synchronization
import Tensors
import Testing

struct RequestPriorityTests {
    @Test(arguments: [(0, RequestPriority.normal), (1, .high), (2, .normal), (3, .low), (9, .low), (-1, nil)])
    func levelsAreThoseOfTriton(level: Int, priority: RequestPriority?) {
        #expect(RequestPriority(level: level) == priority)
    }

    @Test(arguments: [("high", RequestPriority.high), ("Normal", .normal), ("LOW", .low), ("1", nil), ("", nil)])
    func wordsAreRead(word: String, priority: RequestPriority?) {
        #expect(RequestPriority(word: word) == priority)
    }

    /// A model whose first run waits, and that notes which request each run begins with.
    private func occupied(
        _ batching: BatchingConfiguration, _ answers: Answers, _ gate: Gate, _ order: Order
    ) throws -> ModelVersion {
        let version = ModelVersion(
            FakeModel { _, _, _ in if order.isFirst { gate.pass() } }, batching)
        version.submit(try version.request(1000, rows: 1), completion: answers.completion(1000))
        gate.waitForArrival()
        return version
    }

    private final class Order: Sendable {
        private let count = Atomic(0)
        let numbers = Mutex<[Int]>([])
        var isFirst: Bool { count.add(1, ordering: .relaxed).oldValue == 0 }
    }

    @Test func higherPrioritiesAreAnsweredFirst() throws {
        let (answers, gate, order) = (Answers(), Gate(), Order())
        let version = try occupied(.queued(maxBatchSize: 1), answers, gate, order)
        for (number, priority) in [RequestPriority.low, .normal, .high, .low, .high].enumerated() {
            let completion = answers.completion(number)
            version.submit(try version.request(number, rows: 1, priority: priority)) { result in
                order.numbers.withLock { $0.append(number) }
                completion(result)
            }
        }
        gate.open()
        #expect(answers.wait(for: 6))
        #expect(order.numbers.withLock { $0 } == [2, 4, 1, 0, 3])
    }

    @Test func aFullQueueMakesRoomForAHigherPriority() throws {
        let (answers, gate, order) = (Answers(), Gate(), Order())
        let version = try occupied(.queued(maxQueueRows: 4), answers, gate, order)
        for number in 0..<2 {
            let request = try version.request(number, rows: 2, priority: .low)
            version.submit(request, completion: answers.completion(number))
        }
        version.submit(try version.request(2, rows: 1, priority: .low), completion: answers.completion(2))
        version.submit(try version.request(3, rows: 1, priority: .high), completion: answers.completion(3))
        // Who came last goes, at once.
        guard case .queueFull? = answers.error(1), case .queueFull? = answers.error(2) else {
            Issue.record("expected both to be refused")
            return gate.open()
        }
        gate.open()
        #expect(answers.wait(for: 5))
        for number in [0, 3] {
            let expected = expectedAnswer(to: rows(of: number, count: number == 0 ? 2 : 1))
            #expect(answers.response(number)?.outputs[0].floats == expected)
        }
        #expect(version.statistics.rejections.queueFull == 2)
        #expect(version.statistics.queuedRows == 0)
    }

    @Test func runsThatWouldTakeTooLongAreDivided() throws {
        // A row takes 60 ms on one of two threads, so that three rows together come to 90 ms.
        let clock = HandMovedClock()
        let elapsed = Atomic<UInt64>(0)
        let sizes = Mutex<[Int]>([])
        let model = FakeModel { rows, _, isParallel in
            sizes.withLock { $0.append(rows) }
            let time = UInt64(rows) * 60_000_000 / (isParallel ? 2 : 1)
            clock.move(to: elapsed.add(time, ordering: .relaxed).newValue)
        }
        let version = ModelVersion(model, .queued(), clock: clock.clock)
        let answers = Answers()
        version.submit(try version.request(0, rows: 1), completion: answers.completion(0))
        #expect(answers.wait(for: 1))
        #expect(version.batching.costs[0].runRows == 3)
        version.submit(try version.request(1, rows: 8), completion: answers.completion(1))
        #expect(answers.wait(for: 1))
        #expect(sizes.withLock { $0 } == [1, 3, 3, 2])
        #expect(answers.response(1)?.outputs[0].floats == expectedAnswer(to: rows(of: 1, count: 8)))
    }
}
