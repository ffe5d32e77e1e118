import Dispatch
@testable import Serving
import Testing

/// Delays, several instances, and stopping.
struct BatcherLifetimeTests {
    @Test func stoppingFinishesWhatWaitsAndRefusesTheRest() throws {
        let gate = Gate()
        let count = Counter()
        let version = ModelVersion(FakeModel { _, _, _ in if count.increment() == 1 { gate.pass() } })
        let answers = Answers()
        let drained = DispatchSemaphore(value: 0)
        version.submit(try version.request(0, rows: 1), completion: answers.completion(0))
        gate.waitForArrival()
        version.submit(try version.request(1, rows: 1), completion: answers.completion(1))
        let isDrained = Flag()
        version.stop {
            isDrained.raise()
            drained.signal()
        }
        version.submit(try version.request(2, rows: 1), completion: answers.completion(2))
        #expect(answers.error(2) == .shuttingDown)
        #expect(!isDrained.value)
        gate.open()
        #expect(drained.wait(timeout: .now() + 60) == .success)
        #expect(answers.response(0) != nil && answers.response(1) != nil)
        #expect(version.statistics.rejections.shuttingDown == 1)
    }

    @Test func stoppingAnIdleVersionIsDoneAtOnce() {
        let version = ModelVersion(FakeModel())
        let count = Counter()
        version.stop { count.increment() }
        version.stop { count.increment() }
        #expect(count.value == 2)
    }

    @Test func aDelayJoinsWhatComesMeanwhile() throws {
        var batching = BatchingConfiguration()
        batching.maxDelayMilliseconds = 10_000
        batching.maxBatchSize = 3
        let version = ModelVersion(FakeModel(), batching)
        let answers = Answers()
        for number in 0..<3 {
            #expect(answers.count == 0)
            version.submit(try version.request(number, rows: 1), completion: answers.completion(number))
        }
        // The third row fills the batch, which ends the delay early.
        #expect(answers.wait(for: 3))
        #expect(version.statistics.executions == 1)
    }

    @Test func aDelayEnds() throws {
        var batching = BatchingConfiguration()
        batching.maxDelayMilliseconds = 1
        let version = ModelVersion(FakeModel(), batching)
        let answers = Answers()
        for number in 0..<3 {
            version.submit(try version.request(number, rows: 1), completion: answers.completion(number))
            #expect(answers.wait(for: 1))
        }
    }

    @Test func aNearDeadlineEndsADelay() throws {
        var batching = BatchingConfiguration()
        batching.maxDelayMilliseconds = 60_000
        let version = ModelVersion(FakeModel(), batching)
        let answers = Answers()
        version.submit(try version.request(0, rows: 1), completion: answers.completion(0))
        #expect(answers.count == 0)
        let minute = version.now() + 60_000_000_000
        version.submit(try version.request(1, rows: 1, deadline: minute), completion: answers.completion(1))
        #expect(answers.wait(for: 2))
        #expect(answers.response(0) != nil && answers.response(1) != nil)
    }

    @Test func stoppingEndsADelay() throws {
        var batching = BatchingConfiguration()
        batching.maxDelayMilliseconds = 10_000
        let version = ModelVersion(FakeModel(), batching)
        let answers = Answers()
        version.submit(try version.request(0, rows: 1), completion: answers.completion(0))
        let drained = DispatchSemaphore(value: 0)
        version.stop { drained.signal() }
        #expect(drained.wait(timeout: .now() + 5) == .success)
        #expect(answers.response(0) != nil)
    }

    @Test func instancesRunSideBySide() throws {
        let gates = [Gate(), Gate()]
        let count = Counter()
        let model = FakeModel { _, _, _ in
            let run = count.increment()
            if run <= 2 { gates[run - 1].pass() }
        }
        let version = ModelVersion(model, .queued(instances: 2))
        let answers = Answers()
        for number in 0..<2 {
            version.submit(try version.request(number, rows: 1), completion: answers.completion(number))
            gates[number].waitForArrival()
        }
        // Both run at once; a third one waits.
        version.submit(try version.request(2, rows: 1), completion: answers.completion(2))
        #expect(count.value == 2)
        gates[1].open()
        #expect(answers.wait(for: 2))
        #expect(answers[0].isEmpty)
        gates[0].open()
        #expect(answers.wait(for: 1))
    }
}
