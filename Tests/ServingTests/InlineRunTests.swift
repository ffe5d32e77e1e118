import Dispatch
@testable import Serving
import Tensors
import Testing

struct InlineRunTests {
    /// A version whose plan was measured at `rowNanoseconds` for a row alone, and as much for any batch.
    private func version(
        rowNanoseconds: Double, gainsByBatching: Bool = false,
        _ batching: BatchingConfiguration = BatchingConfiguration(), _ model: FakeModel = FakeModel()
    ) throws -> ModelVersion {
        // Each look at the clock moves it, so that every run takes the same time; rows are cheaper together then.
        let clock = HandMovedClock()
        let calls = Counter()
        let measuring = MonotonicClock {
            clock.move(to: UInt64(rowNanoseconds) * UInt64(calls.increment()))
            return clock.clock.nanoseconds()
        }
        var warmUp = WarmUp(
            bindings: [:], plan: try model.plan(bindings: [:]), rows: [AlignedStorage(floatCount: 4)],
            clock: measuring)
        #expect(warmUp.cost == RowCost(alone: rowNanoseconds, batched: rowNanoseconds / 16))
        if !gainsByBatching { warmUp.cost = RowCost(alone: rowNanoseconds, batched: rowNanoseconds) }
        var configuration = ModelConfiguration()
        configuration.batching = batching
        return ModelVersion(
            modelName: "m", number: 1, model: model, configuration: configuration, warmUp: warmUp,
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

    @Test func requestsSubmittedTogetherRunTogether() throws {
        let version = try version(rowNanoseconds: 10_000)
        let answers = Answers()
        version.submit(
            try (0..<12).map { (try version.request($0, rows: 1 + $0 % 4), answers.completion($0)) })
        for id in 0..<12 {
            #expect(answers.response(id)?.ranInline == true)
            #expect(answers.response(id)?.outputs[0].floats == expectedAnswer(to: rows(of: id, count: 1 + id % 4)))
        }
        // 30 rows: fewer than the most that one run joins.
        #expect(version.statistics.inlineExecutions == 1)
        #expect(version.statistics.largestExecution == 30)
        #expect(version.statistics.requests == 12)
    }

    @Test func aJoinedRunStaysSmallAndTheDearAreQueued() throws {
        let version = try version(rowNanoseconds: 10_000)
        let answers = Answers()
        // The sixth has more rows than may run inline, the eighth nobody waits for.
        version.submit(
            try (0..<20).map { id in
                let request = try version.request(id, rows: id == 5 ? 9 : 4, isCancelled: { id == 7 })
                return (request, answers.completion(id))
            })
        #expect(answers.wait(for: 20))
        for id in 0..<20 where id != 7 {
            #expect(answers.response(id)?.outputs[0].floats == expectedAnswer(to: rows(of: id, count: id == 5 ? 9 : 4)))
        }
        #expect(answers.response(7) == nil)
        #expect(answers.response(5)?.ranInline == false)
        // Eight requests fill the joined run; what comes after the queued one waits behind it.
        #expect(version.statistics.inlineExecutions == 1)
        #expect(answers.response(9)?.batchRows == 32)
        #expect(answers.response(10)?.ranInline == false)
        #expect(version.statistics.requests == 19)
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
            let version = try version(rowNanoseconds: 1, gainsByBatching: false, batching)
            let answers = Answers()
            version.submit(try version.request(1, rows: 1), completion: answers.completion(1))
            #expect(answers.wait(for: 1))
            #expect(answers.response(1)?.ranInline == false)
        }
    }

    @Test(arguments: [true, false])
    func besidesABatchOnlyWhatGainsNothingByWaitingRunsInline(gainsByBatching: Bool) throws {
        let gate = Gate()
        // The measuring runs of 1 and 16 rows pass.
        let model = FakeModel { rows, _, _ in if rows == 9 { gate.pass() } }
        let version = try version(
            rowNanoseconds: 10_000, gainsByBatching: gainsByBatching, .inline(maxBatchSize: 256), model)
        let answers = Answers()
        version.submit(try version.request(0, rows: 9), completion: answers.completion(0))
        gate.waitForArrival()
        version.submit(try version.request(1, rows: 1), completion: answers.completion(1))
        #expect(answers[1].isEmpty == gainsByBatching)
        gate.open()
        #expect(answers.wait(for: 2))
        #expect(answers.response(1)?.ranInline == !gainsByBatching)
        #expect(answers.response(1)?.outputs[0].floats == expectedAnswer(to: rows(of: 1, count: 1)))
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
