import Dispatch
@testable import Serving
import Tensors
import Testing

struct InlineRunTests {
    /// A version whose plan was measured at `rowNanoseconds`.
    private func version(
        rowNanoseconds: Double, _ batching: BatchingConfiguration = BatchingConfiguration(),
        _ model: FakeModel = FakeModel()
    ) throws -> ModelVersion {
        let clock = HandMovedClock()
        let inputs = [AlignedStorage(floatCount: 4)]
        let calls = Counter()
        // Each look at the clock moves it, so that one run takes exactly the wanted time.
        let measuring = MonotonicClock {
            clock.move(to: UInt64(rowNanoseconds) * UInt64(calls.increment()))
            return clock.clock.nanoseconds()
        }
        let warmUp = WarmUp(
            bindings: [:], plan: try FakeModel().plan(bindings: [:]), rows: inputs, clock: measuring)
        #expect(warmUp.rowNanoseconds == rowNanoseconds)
        var configuration = ModelConfiguration()
        configuration.batching = batching
        return ModelVersion(
            modelName: "m", number: 1, model: model, configuration: configuration,
            warmUp: WarmUp(bindings: [:], plan: try model.plan(bindings: [:]), rows: inputs, clock: measuring),
            clock: MonotonicClock { 0 })
    }

    @Test func aCheapRequestIsAnsweredBeforeSubmitReturns() throws {
        let version = try version(rowNanoseconds: 10_000)
        let answers = Answers()
        version.submit(try version.request(1, rows: 4), completion: answers.completion(1))
        #expect(answers.response(1)?.ranInline == true)
        #expect(answers.response(1)?.outputs[0].floats == expectedAnswer(to: rows(of: 1, count: 4)))
        #expect(version.statistics.inlineExecutions == 1)
    }

    @Test func whatIsDearerThanTheHandOffIsQueued() throws {
        let version = try version(rowNanoseconds: 10_000)
        let answers = Answers()
        version.submit(try version.request(1, rows: 5), completion: answers.completion(1))
        #expect(answers.wait(for: 1))
        #expect(answers.response(1)?.ranInline == false)
        #expect(answers.response(1)?.outputs[0].floats == expectedAnswer(to: rows(of: 1, count: 5)))
    }

    @Test func theConfigurationCanForbidIt() throws {
        var delayed = BatchingConfiguration()
        delayed.maxDelayMilliseconds = 0.01
        for batching in [.queued(), delayed] {
            let version = try version(rowNanoseconds: 1, batching)
            let answers = Answers()
            version.submit(try version.request(1, rows: 1), completion: answers.completion(1))
            #expect(answers.wait(for: 1))
            #expect(answers.response(1)?.ranInline == false)
        }
    }

    @Test func nothingRunsInlineWhileABatchRuns() throws {
        let gate = Gate()
        let model = FakeModel { rows, _, _ in if rows == 9 { gate.pass() } }
        let version = try version(rowNanoseconds: 10_000, BatchingConfiguration(), model)
        let answers = Answers()
        version.submit(try version.request(0, rows: 9), completion: answers.completion(0))
        gate.waitForArrival()
        version.submit(try version.request(1, rows: 1), completion: answers.completion(1))
        #expect(answers[1].isEmpty)
        gate.open()
        #expect(answers.wait(for: 2))
        #expect(answers.response(1)?.ranInline == false)
        // The clock stands still, so the measured cost is on its way to 0.
        version.stop {}
    }

    @Test func anUnmeasuredModelIsMeasuredByItsFirstRequest() throws {
        let version = ModelVersion(FakeModel(), BatchingConfiguration(), clock: MonotonicClock { 0 })
        let answers = Answers()
        version.submit(try version.request(0, rows: 1), completion: answers.completion(0))
        #expect(answers.wait(for: 1))
        #expect(answers.response(0)?.ranInline == false)
        // The worker is idle again as soon as its batch is counted and the next one is not there.
        let idle = DispatchSemaphore(value: 0)
        version.stop { idle.signal() }
        idle.wait()
        #expect(version.statistics.executions == 1)
    }

    @Test func aCompletionMaySubmitAgain() throws {
        let version = try version(rowNanoseconds: 1000)
        let answers = Answers()
        let second = try version.request(2, rows: 1)
        version.submit(try version.request(1, rows: 1)) { answer in
            answers.completion(1)(answer)
            version.submit(second, completion: answers.completion(2))
        }
        #expect(answers.wait(for: 2))
        #expect(answers.response(2)?.outputs[0].floats == expectedAnswer(to: rows(of: 2, count: 1)))
    }
}
