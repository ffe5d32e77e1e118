import Dispatch
@testable import Serving
import Synchronization
import Tensors
import Testing

/// Requests whose rows are sequences of different lengths.
struct RequestGroupsTests {
    /// Rows of the given lengths, and what `FakeModel` answers to each.
    private func rows(_ lengths: [Int], number: Int = 1) -> (rows: RowsOfSizes, answers: [[Float]]) {
        let sequences = lengths.enumerated().map { row, length in
            (0..<(length * 2)).map { Float(number * 1000 + row * 16 + $0) }
        }
        let rows = RowsOfSizes(
            inputs: [storage(sequences.flatMap(\.self))], sizes: lengths.map { ["time": $0] },
            counts: [lengths.map { $0 * 2 }])
        return (rows, sequences.map { FakeModel.answer(to: $0) })
    }

    /// The outcomes of requests in groups.
    private final class Outcomes: Sendable {
        let all = Mutex<[Result<[OutputRows], ServingError>]>([])
        private let arrived = DispatchSemaphore(value: 0)

        var completion: @Sendable (Result<[OutputRows], ServingError>) -> Void {
            { outcome in
                self.all.withLock { $0.append(outcome) }
                self.arrived.signal()
            }
        }

        /// Waits for one; false after a minute.
        func wait() -> Bool { arrived.wait(timeout: .now() + 60) == .success }

        var outputs: [OutputRows]? { all.withLock { $0.count == 1 ? try? $0[0].get() : nil } }

        var error: ServingError? {
            all.withLock { all in
                guard all.count == 1, case .failure(let error) = all[0] else { return nil }
                return error
            }
        }
    }

    @Test(arguments: [[2, 3, 2, 1, 3, 2], [1, 2], [4, 3, 2, 1], [1, 1, 9, 9, 1]])
    func answersStandInTheOrderOfTheRows(lengths: [Int]) throws {
        let version = ModelVersion(FakeModel(isSequence: true))
        let (rows, answers) = rows(lengths)
        let groups = try RequestGroups(version: version, rows: rows)
        #expect(groups.rows == lengths.count && groups.count == Set(lengths).count)
        let outcomes = Outcomes()
        version.submit(groups.submissions(completion: outcomes.completion))
        #expect(outcomes.wait())
        #expect(outcomes.outputs?.first?.tensor?.shape == [lengths.count, 3])
        #expect(outcomes.outputs?.first?.tensor?.floats == answers.flatMap(\.self))
    }

    private static let noRow = ServingError.element(
        input: "x", row: 2, element: 1, expected: "numbers of 0 to 3, for the model's table has 4 rows", found: 7)

    @Test func aNumberThatPicksNoRowIsNamedByItsRowAmongAll() {
        var model = FakeModel(isSequence: true)
        model.tableRows = [4]
        let numbers: [Float] = [0, 1, 2, 3, 0, 1, 2, 7]
        let rows = RowsOfSizes(
            inputs: [storage(numbers)], sizes: [1, 2, 1].map { ["time": $0] }, counts: [[2, 4, 2]])
        #expect(throws: Self.noRow) {
            try RequestGroups(version: ModelVersion(model), rows: rows)
        }
    }

    @Test func rowsOfOneLengthAreBatchedAcrossRequests() throws {
        let gate = Gate()
        let runs = Mutex<[String]>([])
        let version = ModelVersion(
            FakeModel(isSequence: true) { rows, bindings, _ in
                let isFirst = runs.withLock { runs in
                    runs.append("\(rows) of \(bindings["time"] ?? 0)")
                    return runs.count == 1
                }
                if isFirst { gate.pass() }
            })
        let alone = Answers()
        version.submit(try version.request(1, rows: 1, time: 7), completion: alone.completion(1))
        gate.waitForArrival()
        let requests = [[2, 3, 2], [3, 2], [5, 3, 3]].enumerated().map { index, lengths in
            (rows(lengths, number: index), Outcomes())
        }
        for (rows, outcomes) in requests {
            version.submit(
                try RequestGroups(version: version, rows: rows.rows).submissions(completion: outcomes.completion))
        }
        let waiting = version.batching.waiting
        #expect(
            waiting == [
                .init(bindings: ["time": 2], requests: 2, rows: 3), .init(bindings: ["time": 3], requests: 3, rows: 4),
                .init(bindings: ["time": 5], requests: 1, rows: 1),
            ])
        gate.open()
        for (rows, outcomes) in requests {
            #expect(outcomes.wait())
            #expect(outcomes.outputs?.first?.tensor?.floats == rows.answers.flatMap(\.self))
        }
        #expect(runs.withLock { $0 } == ["1 of 7", "3 of 2", "4 of 3", "1 of 5"])
        #expect(alone.wait(for: 1))
    }

    @Test func oneGroupThatFailsFailsTheRequestOnce() throws {
        var model = FakeModel(isSequence: true)
        model.refusedTime = 3
        let version = ModelVersion(model)
        let outcomes = Outcomes()
        let groups = try RequestGroups(version: version, rows: rows([1, 3, 2]).rows)
        version.submit(groups.submissions(completion: outcomes.completion))
        #expect(outcomes.wait())
        let stopped = DispatchSemaphore(value: 0)
        version.stop { stopped.signal() }
        #expect(stopped.wait(timeout: .now() + 60) == .success)
        #expect(outcomes.error == .computation("time 3 is too long"))
        // What was not computed yet when it failed is not computed any more.
        #expect(version.statistics.rejections.cancelled == 1 && version.statistics.rejections.failed == 1)
    }

    @Test func limitsHoldForAllGroupsTogether() throws {
        let version = ModelVersion(FakeModel(isSequence: true), .queued(maxQueueRows: 4))
        #expect(throws: ServingError.tooManyRows(rows: 5, limit: 4)) {
            try RequestGroups(version: version, rows: self.rows([1, 2, 1, 2, 1]).rows)
        }
        let length = InferenceRequest.maximumFloats / 4 - 8
        let large = RowsOfSizes(
            inputs: [AlignedStorage(floatCount: 4 * length + 2)], sizes: [["time": length], ["time": length + 1]],
            counts: [[2 * length, 2 * length + 2]])
        #expect(throws: Never.self) { try RequestGroups(version: version, rows: large) }
        let tooLarge = RowsOfSizes(
            inputs: [AlignedStorage(floatCount: 4 * length + 64)], sizes: [["time": length], ["time": length + 31]],
            counts: [[2 * length, 2 * length + 62]])
        #expect(throws: ServingError.tooLarge(floats: 4 * length + 68, limit: InferenceRequest.maximumFloats)) {
            try RequestGroups(version: version, rows: tooLarge)
        }
    }

    @Test func aRequestThatNobodyWaitsForIsNotComputed() throws {
        let version = ModelVersion(FakeModel(isSequence: true))
        let outcomes = Outcomes()
        let groups = try RequestGroups(version: version, rows: rows([1, 3, 2]).rows) { true }
        version.submit(groups.submissions(completion: outcomes.completion))
        #expect(outcomes.wait())
        #expect(outcomes.error == .cancelled)
        #expect(version.statistics.executions == 0)
    }

    @Test func outputsWithFreeSizesStayRowsOfDifferentSizes() {
        func response(_ floats: [Float], _ shape: Shape) -> InferenceResponse {
            InferenceResponse(
                outputs: [Tensor(floats, shape: shape)], rows: shape[0], queueNanoseconds: 0, batchWaitNanoseconds: 0,
                computeNanoseconds: 0, batchRows: shape[0], ranInline: false)
        }
        let joined = OutputRows.joined(
            [response([1, 2, 5, 6], [2, 2]), response([3, 4, 5], [1, 3])], places: [[0, 2], [1]])
        #expect(joined.count == 1 && joined[0].tensor == nil)
        #expect(joined[0].rows == 3 && joined[0].elementCount == 7)
        let rows = (0..<3).map { joined[0].row($0) }
        #expect(rows.map(\.row) == [0, 0, 1])
        #expect(rows.map { $0.tensor.shape[1] } == [2, 3, 2])
    }
}
