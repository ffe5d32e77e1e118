@testable import Serving
import Tensors

/// The rows of request `number`, all different from each other and from those of other requests.
func rows(of number: Int, count: Int, floats: Int = 4) -> [Float] {
    (0..<count).flatMap { row in (0..<floats).map { $0 == 0 ? Float(number) : Float(row * 8 + $0) } }
}

/// What the model must answer to them.
func expectedAnswer(to rows: [Float], floats: Int = 4) -> [Float] {
    stride(from: 0, to: rows.count, by: floats).flatMap { FakeModel.answer(to: rows[$0..<($0 + floats)]) }
}

func storage(_ floats: [Float]) -> AlignedStorage { Tensor(floats, shape: [floats.count]).storage }

extension ModelVersion {
    /// Request `number` of `count` numbered rows.
    func request(
        _ number: Int, rows count: Int, time: Int? = nil, priority: RequestPriority = .normal, deadline: UInt64? = nil,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> InferenceRequest {
        let input = rows(of: number, count: count, floats: time.map { $0 * 2 } ?? 4)
        return try InferenceRequest(
            version: self, rows: count, inputs: [storage(input)], bindings: time.map { ["time": $0] } ?? [:],
            priority: priority, deadline: deadline, isCancelled: isCancelled)
    }

    convenience init(
        _ model: FakeModel, _ batching: BatchingConfiguration = .queued(),
        handOffNanoseconds: Double = DynamicBatcher.handOffNanoseconds, clock: MonotonicClock = .system
    ) {
        var configuration = ModelConfiguration()
        configuration.batching = batching
        self.init(
            modelName: "m", number: 1, model: model, configuration: configuration,
            handOffNanoseconds: handOffNanoseconds, clock: clock)
    }
}

extension BatchingConfiguration {
    /// Runs inline where it can, beside one worker.
    static func inline(maxBatchSize: Int) -> Self {
        var configuration = BatchingConfiguration()
        configuration.instances = 1
        configuration.maxBatchSize = maxBatchSize
        return configuration
    }

    /// Everything goes through the queue.
    static func queued(maxBatchSize: Int = 256, maxQueueRows: Int = 4096, instances: Int = 1) -> Self {
        var configuration = BatchingConfiguration()
        configuration.inlining = .never
        configuration.maxBatchSize = maxBatchSize
        configuration.maxQueueRows = maxQueueRows
        configuration.instances = instances
        return configuration
    }
}
