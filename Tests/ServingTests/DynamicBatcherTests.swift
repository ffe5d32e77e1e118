import Dispatch
@testable import Serving
import Synchronization
import Tensors
import Testing

/// What one run of the model looked like.
private struct Run: Equatable {
    var rows: Int
    var time: Int?
    var isParallel: Bool
}

/// A model whose first run waits at a gate, and a record of all its runs.
private final class Stage: Sendable {
    let gate = Gate()
    private let runs = Mutex<[Run]>([])

    func model(isSequence: Bool = false) -> FakeModel {
        FakeModel(isSequence: isSequence) { rows, bindings, isParallel in
            let isFirst = self.runs.withLock { runs in
                runs.append(Run(rows: rows, time: bindings["time"], isParallel: isParallel))
                return runs.count == 1
            }
            if isFirst { self.gate.pass() }
        }
    }

    /// The runs after the first one.
    var laterRuns: [Run] { runs.withLock { Array($0.dropFirst()) } }
}

struct DynamicBatcherTests {
    /// Submits one request and returns when the model is busy with it.
    private func occupy(_ version: ModelVersion, _ stage: Stage, _ answers: Answers, time: Int? = nil) throws {
        version.submit(try version.request(1000, rows: 1, time: time), completion: answers.completion(1000))
        stage.gate.waitForArrival()
    }

    private func expectAnswer(
        _ answers: Answers, _ number: Int, rows count: Int, floats: Int = 4,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let response = answers.response(number)
        let input = rows(of: number, count: count, floats: floats)
        #expect(
            response?.outputs.first?.floats == expectedAnswer(to: input, floats: floats),
            sourceLocation: sourceLocation)
        #expect(response?.outputs.first?.shape == [count, 3], sourceLocation: sourceLocation)
    }

    @Test func aRequestAloneRunsAtOnce() throws {
        let version = ModelVersion(FakeModel())
        let answers = Answers()
        version.submit(try version.request(1, rows: 3), completion: answers.completion(1))
        #expect(answers.wait(for: 1))
        expectAnswer(answers, 1, rows: 3)
        #expect(answers.response(1)?.ranInline == false)
        #expect(answers.response(1)?.batchRows == 3)
    }

    @Test func whatWaitsIsJoinedInOrder() throws {
        let stage = Stage()
        let version = ModelVersion(stage.model(), .queued(maxBatchSize: 6))
        let answers = Answers()
        try occupy(version, stage, answers)
        for (number, count) in [2, 3, 4, 1, 1].enumerated() {
            version.submit(try version.request(number, rows: count), completion: answers.completion(number))
        }
        #expect(version.statistics.queuedRequests == 5)
        #expect(version.statistics.queuedRows == 11)
        stage.gate.open()
        #expect(answers.wait(for: 6))
        #expect(stage.laterRuns.map(\.rows) == [5, 6])
        for (number, count) in [2, 3, 4, 1, 1].enumerated() { expectAnswer(answers, number, rows: count) }
        #expect(answers.response(0)?.batchRows == 5)
        #expect(answers.response(4)?.batchRows == 6)
        let statistics = version.statistics
        #expect(statistics.requests == 6 && statistics.rows == 12)
        #expect(statistics.executions == 3 && statistics.executedRows == 12 && statistics.largestExecution == 6)
        #expect(statistics.inlineExecutions == 0 && statistics.rejections == .init())
        #expect(statistics.queuedRequests == 0 && statistics.queuedRows == 0)
    }

    @Test func aLargeRequestIsSplitAndAnsweredOnce() throws {
        let stage = Stage()
        let version = ModelVersion(stage.model(), .queued(maxBatchSize: 4))
        let answers = Answers()
        try occupy(version, stage, answers)
        version.submit(try version.request(0, rows: 11), completion: answers.completion(0))
        version.submit(try version.request(1, rows: 2), completion: answers.completion(1))
        stage.gate.open()
        #expect(answers.wait(for: 3))
        #expect(stage.laterRuns.map(\.rows) == [4, 4, 3, 2])
        expectAnswer(answers, 0, rows: 11)
        expectAnswer(answers, 1, rows: 2)
        #expect(version.statistics.executions == 5)
        #expect(version.statistics.requests == 3)
    }

    @Test func onlyEqualFreeSizesAreJoined() throws {
        let stage = Stage()
        let version = ModelVersion(stage.model(isSequence: true))
        let answers = Answers()
        try occupy(version, stage, answers, time: 3)
        for (number, time) in [5, 6, 5, 6, 7].enumerated() {
            version.submit(try version.request(number, rows: 2, time: time), completion: answers.completion(number))
        }
        stage.gate.open()
        #expect(answers.wait(for: 6))
        let runs = [(4, 5), (4, 6), (2, 7)].map { Run(rows: $0, time: $1, isParallel: true) }
        #expect(stage.laterRuns == runs)
        for (number, time) in [5, 6, 5, 6, 7].enumerated() {
            expectAnswer(answers, number, rows: 2, floats: 2 * time)
        }
    }

    @Test func aModelThatRefusesASizeFailsThoseRequestsOnly() throws {
        let stage = Stage()
        var model = stage.model(isSequence: true)
        model.refusedTime = 9
        let version = ModelVersion(model)
        let answers = Answers()
        try occupy(version, stage, answers, time: 3)
        for (number, time) in [9, 3, 9].enumerated() {
            version.submit(try version.request(number, rows: 1, time: time), completion: answers.completion(number))
        }
        stage.gate.open()
        #expect(answers.wait(for: 4))
        #expect(answers.error(0) == .computation("time 9 is too long"))
        #expect(answers.error(2) == .computation("time 9 is too long"))
        expectAnswer(answers, 1, rows: 1, floats: 6)
        #expect(version.statistics.rejections.failed == 2)
    }

    @Test func aFullQueueRefusesAtOnce() throws {
        let stage = Stage()
        let version = ModelVersion(stage.model(), .queued(maxQueueRows: 5))
        let answers = Answers()
        try occupy(version, stage, answers)
        for (number, count) in [3, 3, 2, 1, 6].enumerated() {
            version.submit(try version.request(number, rows: count), completion: answers.completion(number))
        }
        guard case .queueFull(queuedRows: 3, limit: 5, let retryAfter) = answers.error(1) else {
            Issue.record("expected a full queue")
            return
        }
        #expect(retryAfter >= .milliseconds(1) && retryAfter <= .seconds(60))
        #expect(answers.error(4) == .tooManyRows(rows: 6, limit: 5))
        stage.gate.open()
        #expect(answers.wait(for: 6))
        expectAnswer(answers, 0, rows: 3)
        expectAnswer(answers, 2, rows: 2)
        #expect(version.statistics.rejections.queueFull == 2)
        #expect(version.statistics.rejections.tooManyRows == 1)
    }

    @Test func aFullQueueRefusesBeforeAnythingIsRead() throws {
        let stage = Stage()
        let version = ModelVersion(stage.model(), .queued(maxQueueRows: 3))
        let answers = Answers()
        try occupy(version, stage, answers)
        #expect(version.refusalIfFull() == nil)
        version.submit(try version.request(0, rows: 2), completion: answers.completion(0))
        #expect(version.refusalIfFull() == nil)
        guard case .queueFull(queuedRows: 3, limit: 3, _) = version.refusalIfFull(coming: 1) else {
            Issue.record("expected no room behind the row that is coming")
            return
        }
        version.submit(try version.request(1, rows: 1), completion: answers.completion(1))
        guard case .queueFull(queuedRows: 3, limit: 3, _) = version.refusalIfFull() else {
            Issue.record("expected a full queue")
            return
        }
        #expect(version.statistics.rejections.queueFull == 2)
        stage.gate.open()
        #expect(answers.wait(for: 3))
        // With an empty queue, what comes may run inline.
        #expect(version.refusalIfFull(coming: 3) == nil)
    }

    @Test func theCancelledAndTheLateAreDroppedBeforeTheyRun() throws {
        let stage = Stage()
        let clock = HandMovedClock()
        let version = ModelVersion(stage.model(), clock: clock.clock)
        let answers = Answers()
        try occupy(version, stage, answers)
        let isGone = Flag()
        version.submit(
            try version.request(0, rows: 1, isCancelled: { isGone.value }), completion: answers.completion(0))
        version.submit(try version.request(1, rows: 1, deadline: 50), completion: answers.completion(1))
        version.submit(try version.request(2, rows: 1, deadline: 51), completion: answers.completion(2))
        version.submit(try version.request(3, rows: 2), completion: answers.completion(3))
        isGone.raise()
        clock.move(to: 50)
        stage.gate.open()
        #expect(answers.wait(for: 5))
        #expect(answers.error(0) == .cancelled)
        #expect(answers.error(1) == .deadlineExceeded)
        expectAnswer(answers, 2, rows: 1)
        expectAnswer(answers, 3, rows: 2)
        #expect(stage.laterRuns.map(\.rows) == [3])
        version.submit(try version.request(4, rows: 1, deadline: 50), completion: answers.completion(4))
        version.submit(try version.request(5, rows: 1, isCancelled: { true }), completion: answers.completion(5))
        #expect(answers.error(4) == .deadlineExceeded)
        #expect(answers.error(5) == .cancelled)
        #expect(version.statistics.rejections.cancelled == 2)
        #expect(version.statistics.rejections.deadlineExceeded == 2)
    }

    @Test func aSplitRequestStopsBetweenRuns() throws {
        let isGone = Flag()
        let count = Counter()
        let model = FakeModel { _, _, _ in if count.increment() == 2 { isGone.raise() } }
        let version = ModelVersion(model, .queued(maxBatchSize: 2))
        let answers = Answers()
        version.submit(
            try version.request(0, rows: 9, isCancelled: { isGone.value }), completion: answers.completion(0))
        #expect(answers.wait(for: 1))
        #expect(answers.error(0) == .cancelled)
        #expect(count.value == 2)
        #expect(version.statistics.executions == 2)
    }
}
