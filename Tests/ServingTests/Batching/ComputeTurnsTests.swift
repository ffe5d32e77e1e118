import Dispatch
import Glibc
@testable import Serving
import Synchronization
import Testing

struct ComputeTurnsTests {
    /// Lets models wait in that order behind the one that runs, ends its turn after a millisecond, and tells in which
    /// order they went; each computes for a millisecond.
    private func order(_ turns: ComputeTurns, running: String, _ models: [String]) -> [String] {
        let order = Mutex<[String]>([])
        let group = DispatchGroup()
        for (index, model) in models.enumerated() {
            DispatchQueue(label: "\(index)").async(group: group) { @Sendable in
                turns.begin(model)
                order.withLock { $0.append(model) }
                turns.end(model, nanoseconds: 1_000_000)
            }
            while turns.waitingCount <= index { sched_yield() }
        }
        turns.end(running, nanoseconds: 1_000_000)
        #expect(group.wait(timeout: .now() + 60) == .success)
        return order.withLock { $0 }
    }

    @Test func whoHasComputedTheLeastGoesNext() {
        let turns = ComputeTurns(count: 1)
        turns.begin("busy")
        let busy = [String](repeating: "busy", count: 10)
        #expect(order(turns, running: "busy", busy + ["rare"]) == ["rare"] + busy)
    }

    @Test func idleTimeIsNotSavedUp() {
        let turns = ComputeTurns(count: 1)
        turns.begin("a")
        // "b" comes for the first time after "a" has computed for a while.
        let group = DispatchGroup()
        DispatchQueue(label: "a").async(group: group) { @Sendable in turns.begin("a") }
        while turns.waitingCount < 1 { sched_yield() }
        turns.end("a", nanoseconds: 1_000_000)
        #expect(group.wait(timeout: .now() + 60) == .success)
        #expect(order(turns, running: "a", ["b", "b", "b", "a", "a"]) == ["b", "b", "a", "b", "a"])
    }

    @Test func asManyRunAtOnceAsThereAreTurns() {
        let turns = ComputeTurns(count: 3)
        let now = Atomic(0)
        let most = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 8) { model in
            for _ in 0..<200 {
                turns.begin("\(model)")
                let count = now.add(1, ordering: .acquiringAndReleasing).newValue
                most.max(count, ordering: .acquiringAndReleasing)
                sched_yield()
                now.subtract(1, ordering: .acquiringAndReleasing)
                turns.end("\(model)", nanoseconds: 1)
            }
        }
        #expect(most.load(ordering: .acquiring) <= 3 && turns.waitingCount == 0)
    }

    @Test func aBusyModelDoesNotStarveAnother() throws {
        let turns = ComputeTurns(count: 1)
        let runs = Mutex<[String]>([])
        let gate = Gate()
        func version(_ name: String, instances: Int) -> ModelVersion {
            let model = FakeModel { _, _, _ in
                let isFirst = runs.withLock { runs in
                    runs.append(name)
                    return runs.count == 1
                }
                if isFirst { gate.pass() }
            }
            var configuration = ModelConfiguration()
            configuration.batching = .queued(maxBatchSize: 1, instances: instances)
            return ModelVersion(modelName: name, number: 1, model: model, configuration: configuration, turns: turns)
        }
        let (busy, rare) = (version("busy", instances: 4), version("rare", instances: 1))
        let answers = Answers()
        for number in 0..<50 { busy.submit(try busy.request(number, rows: 1), completion: answers.completion(number)) }
        gate.waitForArrival()
        rare.submit(try rare.request(99, rows: 1), completion: answers.completion(99))
        // Whoever is to wait, waits: three instances of the one, and the other one.
        while turns.waitingCount < 4 { sched_yield() }
        gate.open()
        #expect(answers.wait(for: 51))
        let place = try #require(runs.withLock { $0.firstIndex(of: "rare") })
        #expect(place <= 2, "\(place)")
    }
}
