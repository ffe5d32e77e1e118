import Tensors

/// The answers of one batch, collected before any of them is delivered.
struct BatchAnswers {
    /// The free sizes all requests of the batch share.
    let bindings: [String: Int]
    private var results: [(completion: DynamicBatcher.Completion, result: Result<InferenceResponse, ServingError>)] = []
    /// Answered requests, their rows, and the nanoseconds they waited.
    private(set) var answered = (requests: 0, rows: 0, queueNanoseconds: UInt64(0))
    /// Why the others got no answer.
    private(set) var errors: [ServingError] = []

    init(bindings: [String: Int]) { self.bindings = bindings }

    /// Fails the requests nobody waits for any more, before they cost anything; returns the others.
    mutating func dropRefused(_ batch: [PendingRequest], at now: UInt64) -> [PendingRequest] {
        batch.filter { pending in
            guard let refusal = pending.request.refusal(at: now) else { return true }
            fail(pending, refusal)
            return false
        }
    }

    /// Runs requests that fit together, or one of any size.
    mutating func compute(_ batch: [PendingRequest], with run: inout BatchRun, buffers: BatchBuffers?) {
        let start = run.clock.nanoseconds()
        let batch = batch.filter { pending in
            guard let mismatch = run.mismatch(pending.request) else { return true }
            fail(pending, mismatch)
            return false
        }
        if batch.count > 1, let buffers, run.canJoin(rows: batch.reduce(0) { $0 + $1.request.rows }) {
            let outputs = run.compute(batch, in: buffers)
            for (pending, outputs) in zip(batch, outputs) { answer(pending, outputs, run.record, start) }
            return
        }
        for pending in batch {
            do throws(ServingError) {
                answer(pending, try run.compute(pending.request), run.record, start)
            } catch {
                fail(pending, error)
            }
        }
    }

    mutating func fail(_ pending: PendingRequest, _ error: ServingError) {
        errors.append(error)
        results.append((pending.completion, .failure(error)))
    }

    private mutating func answer(
        _ pending: PendingRequest, _ outputs: [Tensor], _ record: RunRecord, _ start: UInt64
    ) {
        let waited = start &- pending.submitted
        answered.requests += 1
        answered.rows += pending.request.rows
        answered.queueNanoseconds &+= waited
        let response = InferenceResponse(
            outputs: outputs, queueNanoseconds: waited, computeNanoseconds: record.nanoseconds,
            batchRows: record.largestRows, ranInline: record.isInline)
        results.append((pending.completion, .success(response)))
    }

    /// Calls every completion; hold no lock.
    func deliver() {
        for (completion, result) in results { completion(result) }
    }
}
