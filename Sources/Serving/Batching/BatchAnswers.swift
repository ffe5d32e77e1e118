import Tensors

/// The answers of one batch, collected before any of them is delivered.
struct BatchAnswers {
    /// The free sizes all requests of the batch share.
    let bindings: [String: Int]
    private(set) var results:
        [(completion: DynamicBatcher.Completion, result: Result<InferenceResponse, ServingError>)] = []

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
            run.beginRequest()
            let outputs = run.compute(batch, in: buffers)
            for (pending, outputs) in zip(batch, outputs) { answer(pending, outputs, run, start) }
            return
        }
        for pending in batch {
            do throws(ServingError) {
                run.beginRequest()
                answer(pending, try run.compute(pending.request), run, start)
            } catch {
                fail(pending, error)
            }
        }
    }

    mutating func fail(_ pending: PendingRequest, _ error: ServingError) {
        results.append((pending.completion, .failure(error)))
    }

    private mutating func answer(_ pending: PendingRequest, _ outputs: [Tensor], _ run: BatchRun, _ start: UInt64) {
        let response = InferenceResponse(
            outputs: outputs, rows: pending.request.rows, queueNanoseconds: start &- pending.submitted,
            batchWaitNanoseconds: run.own.start &- start, computeNanoseconds: run.own.nanoseconds,
            batchRows: run.own.largestRows, ranInline: run.record.isInline)
        results.append((pending.completion, .success(response)))
    }

    /// Calls every completion; hold no lock.
    func deliver() {
        for (completion, result) in results { completion(result) }
    }
}
