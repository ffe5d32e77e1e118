import Dispatch
@testable import Serving
import Tensors
import Testing

/// Many threads, unique rows, all settings: every request gets exactly one answer, and it is its own.
struct BatcherPropertyTests {
    private static let threads = 8
    private static let requestsPerThread = 400

    @Test(arguments: [
        BatchingConfiguration.queued(), .queued(maxBatchSize: 7), .queued(maxBatchSize: 5, maxQueueRows: 24),
        .queued(maxBatchSize: 16, instances: 3), BatchingConfiguration(), .inline(maxBatchSize: 3),
    ])
    func everyAnswerBelongsToItsRequest(batching: BatchingConfiguration) throws {
        let seed = UInt64(batching.maxBatchSize)
        // Whatever may run inline at all does.
        let version = ModelVersion(FakeModel(isSequence: true), batching, handOffNanoseconds: 1e12)
        let answers = Answers()
        let group = DispatchGroup()
        for thread in 0..<Self.threads {
            DispatchQueue(label: "client \(thread)").async(group: group) { @Sendable in
                Self.submitAll(thread: thread, seed: seed, to: version, answers)
            }
        }
        group.wait()
        #expect(answers.wait(for: Self.threads * Self.requestsPerThread))
        var failures = 0
        for number in 0..<(Self.threads * Self.requestsPerThread) {
            let (count, time, isCancelled) = Self.sizes(number, seed: seed)
            #expect(answers[number].count == 1)
            if let error = answers.error(number) {
                failures += 1
                #expect(isAllowed(error, rows: count, isCancelled: isCancelled, batching))
                continue
            }
            let input = rows(of: number, count: count, floats: 2 * time)
            let response = answers.response(number)
            #expect(!isCancelled)
            #expect(response?.outputs[0].floats == expectedAnswer(to: input, floats: 2 * time))
            #expect((response?.batchRows ?? 0) <= batching.maxBatchSize)
        }
        let statistics = version.statistics
        #expect(statistics.requests + statistics.rejections.total == Self.threads * Self.requestsPerThread)
        #expect(statistics.rejections.total == failures)
        #expect(statistics.queuedRows == 0 && statistics.queuedRequests == 0)
        #expect(statistics.largestExecution <= batching.maxBatchSize)
        #expect(statistics.executedRows == statistics.rows)
    }

    private static func submitAll(thread: Int, seed: UInt64, to version: ModelVersion, _ answers: Answers) {
        for index in 0..<requestsPerThread {
            let number = thread * requestsPerThread + index
            let (count, time, isCancelled) = sizes(number, seed: seed)
            guard let request = try? version.request(number, rows: count, time: time, isCancelled: { isCancelled })
            else { continue }
            version.submit(request, completion: answers.completion(number))
        }
    }

    /// Rows, time and whether the caller is gone, of one request.
    private static func sizes(_ number: Int, seed: UInt64) -> (rows: Int, time: Int, isCancelled: Bool) {
        var random = RandomSource(seed: seed << 32 | UInt64(number))
        let isLarge = Int.random(in: 0..<20, using: &random) == 0
        return (
            Int.random(in: 1...(isLarge ? 40 : 4), using: &random), Int.random(in: 1...3, using: &random),
            Int.random(in: 0..<10, using: &random) == 0
        )
    }

    private func isAllowed(
        _ error: ServingError, rows: Int, isCancelled: Bool, _ batching: BatchingConfiguration
    ) -> Bool {
        switch error {
        case .cancelled: isCancelled
        case .queueFull(let queued, let limit, _): limit == batching.maxQueueRows && queued + rows > limit
        case .tooManyRows(let found, let limit): found == rows && rows > limit && limit == batching.maxQueueRows
        default: false
        }
    }
}
