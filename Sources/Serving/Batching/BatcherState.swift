/// Everything of a batcher that its threads share. It only decides; the batcher acts after the lock is released.
struct BatcherState {
    /// What becomes of a submitted request.
    enum Admission {
        /// The submitting thread computes it and then calls `finishInline`.
        case runInline(any BatchPlan)
        /// The submitting thread computes it in the same run as the request before it.
        case joinInline
        /// It waits; `wake` is a worker that must be started.
        case queued(wake: Int?)
        /// It waits, and `delayElapsed` must be called after the batching delay.
        case queuedForDelay
        case refused(ServingError)
    }

    private let configuration: BatchingConfiguration
    private let handOffNanoseconds: Double
    var plans = PlanCache(capacity: 64)
    private var queue = RequestQueue()
    private var displaced: [(request: PendingRequest, error: ServingError)] = []
    private var idleWorkers: [Int]
    private var inlineRuns = 0
    private var delayIsRunning = false
    private var isStopping = false
    private var drainObservers: [@Sendable () -> Void] = []
    private var counters = ServingStatistics()

    init(_ configuration: BatchingConfiguration, handOffNanoseconds: Double) {
        self.configuration = configuration
        self.handOffNanoseconds = handOffNanoseconds
        idleWorkers = Array((0..<configuration.instances).reversed())
    }

    var statistics: ServingStatistics {
        var statistics = counters
        statistics.queuedRequests = queue.count
        statistics.queuedRows = queue.rows
        return statistics
    }

    /// What decisions are made by.
    var report: BatchingReport {
        BatchingReport(
            configuration: configuration, handOffNanoseconds: handOffNanoseconds, waiting: queue.waiting,
            costs: plans.costs.map { bindings, cost in
                BatchingReport.Cost(
                    bindings: bindings, alone: cost.alone, batched: cost.batched, gainsByBatching: cost.gainsByBatching,
                    inlineRows: inlineRows(cost), batchRows: batchRows(bindings), runRows: maxRows(bindings))
            },
            runningBatches: configuration.instances - idleWorkers.count, runningInline: inlineRuns)
    }

    private func inlineRows(_ cost: RowCost) -> Int {
        guard configuration.inlining == .auto, configuration.maxDelayMilliseconds == 0, let alone = cost.alone else {
            return 0
        }
        let rows = handOffNanoseconds / max(alone, 1)
        return rows >= Double(configuration.maxBatchSize) ? configuration.maxBatchSize : Int(rows)
    }

    // MARK: Submitting

    mutating func admit(_ pending: PendingRequest) -> Admission {
        let rows = pending.request.rows
        if isStopping { return refuse(.shuttingDown) }
        if rows > configuration.maxQueueRows {
            return refuse(.tooManyRows(rows: rows, limit: configuration.maxQueueRows))
        }
        if let plan = inlinePlan(pending.request) {
            inlineRuns += 1
            return .runInline(plan)
        }
        guard makeRoom(for: pending) else {
            let retryAfter = estimatedWait(pending.request.bindings)
            return refuse(
                .queueFull(queuedRows: queue.rows, limit: configuration.maxQueueRows, retryAfter: retryAfter))
        }
        queue.append(pending)
        guard !idleWorkers.isEmpty else { return .queued(wake: nil) }
        if configuration.maxDelayMilliseconds == 0 || queue.rows >= configuration.maxBatchSize || isUrgent(pending) {
            return .queued(wake: idleWorkers.popLast())
        }
        if delayIsRunning { return .queued(wake: nil) }
        delayIsRunning = true
        return .queuedForDelay
    }

    /// Whether a request's deadline is so near that waiting for company would use up most of the time it has.
    private func isUrgent(_ pending: PendingRequest) -> Bool {
        guard let deadline = pending.request.deadline, deadline > pending.submitted else { return false }
        return Double(deadline - pending.submitted) < 2e6 * configuration.maxDelayMilliseconds
    }

    /// Rows that one inline run joins: enough to read the weights once for many, few enough that the thread is soon
    /// back.
    private static let joinedRows = 32

    /// Admits requests that one thread submits together. Those that may run inline run as one.
    mutating func admit(_ requests: [PendingRequest], refusals: [ServingError?]) -> [Admission] {
        var run: (bindings: [String: Int], rows: Int)?
        return zip(requests, refusals).map { pending, refusal in
            if let refusal { return refuse(refusal) }
            let request = pending.request
            if let open = run, open.bindings == request.bindings, request.mayRunInline, cheapEntry(for: request) != nil,
                open.rows + request.rows <= min(Self.joinedRows, configuration.maxBatchSize)
            {
                run = (open.bindings, open.rows + request.rows)
                return .joinInline
            }
            let admission = admit(pending)
            if case .runInline = admission { run = (request.bindings, request.rows) }
            return admission
        }
    }

    /// Whether the queue has room for a request, which those of a lower priority give up if need be.
    private mutating func makeRoom(for pending: PendingRequest) -> Bool {
        let missing = queue.rows + pending.request.rows - configuration.maxQueueRows
        if missing <= 0 { return true }
        guard let out = queue.displace(rows: missing, below: pending.request.priority) else { return false }
        for other in out {
            let error = ServingError.queueFull(
                queuedRows: queue.rows, limit: configuration.maxQueueRows,
                retryAfter: estimatedWait(other.request.bindings))
            counters.count(error)
            displaced.append((other, error))
        }
        return true
    }

    /// Requests that gave up their places, whose callers must be told.
    mutating func takeDisplaced() -> [(request: PendingRequest, error: ServingError)] {
        if displaced.isEmpty { return [] }
        defer { displaced = [] }
        return displaced
    }

    mutating func refuse(_ error: ServingError) -> Admission {
        counters.count(error)
        return .refused(error)
    }

    /// Refuses a request that nobody has read yet, when not even one row has room behind what waits and `coming` rows.
    mutating func refusalIfFull(coming: Int) -> ServingError? {
        // While nobody waits, those that come may run inline.
        let rows = queue.isEmpty ? 0 : queue.rows + coming
        guard rows >= configuration.maxQueueRows else { return nil }
        let error = ServingError.queueFull(
            queuedRows: rows, limit: configuration.maxQueueRows, retryAfter: estimatedWait([:]))
        counters.count(error)
        return error
    }

    /// The worker to start when the batching delay is over.
    mutating func delayElapsed() -> Int? {
        delayIsRunning = false
        return queue.isEmpty ? nil : idleWorkers.popLast()
    }

    /// The plan, when the request may run on its own thread: nobody is overtaken, and computing is cheaper than
    /// handing over.
    ///
    /// Where rows become cheaper together, that is only while the model is idle, so that batches grow under load.
    /// Elsewhere a batch gains nothing, and each submitting thread computes what it brings.
    private mutating func inlinePlan(_ request: InferenceRequest) -> (any BatchPlan)? {
        guard configuration.inlining == .auto, configuration.maxDelayMilliseconds == 0, queue.isEmpty,
            request.mayRunInline, let entry = cheapEntry(for: request),
            !entry.cost.gainsByBatching || inlineRuns < idleWorkers.count
        else { return nil }
        return entry.plan
    }

    /// The plan of a request that costs less than handing it over; nil when it costs more, or is not measured.
    private mutating func cheapEntry(for request: InferenceRequest) -> PlanCache.Entry? {
        guard request.rows <= configuration.maxBatchSize, let entry = plans.find(request.bindings),
            let rowNanoseconds = entry.cost.alone, rowNanoseconds * Double(request.rows) <= handOffNanoseconds
        else { return nil }
        return entry
    }

    /// How long the queue takes, as far as it is known; between 1 ms and 60 s.
    private mutating func estimatedWait(_ bindings: [String: Int]) -> Duration {
        let rowNanoseconds = plans.find(bindings)?.cost.alone ?? 1e6
        let nanoseconds = Double(queue.rows) * rowNanoseconds / Double(configuration.instances)
        return .nanoseconds(Int64(min(max(nanoseconds, 1e6), 60e9)))
    }

    // MARK: Working

    /// How long one run may take, as far as that is known, so that others get their turn and deadlines are kept.
    /// Nanoseconds.
    private static let longestRun = 100e6

    /// Rows of one run with these free sizes: as many as the configuration says, fewer where they would take too long.
    func maxRows(_ bindings: [String: Int]) -> Int {
        guard let entry = plans.peek(bindings), let row = entry.cost.batched ?? entry.cost.alone, row > 0 else {
            return configuration.maxBatchSize
        }
        let rows = Self.longestRun * Double(entry.plan.threads) / row
        return rows >= Double(configuration.maxBatchSize) ? configuration.maxBatchSize : max(1, Int(rows))
    }

    /// Rows of one batch with these free sizes: no more than make them cheaper, unless they were delayed to be joined.
    private func batchRows(_ bindings: [String: Int]) -> Int {
        let most = maxRows(bindings)
        guard configuration.maxDelayMilliseconds == 0, let entry = plans.peek(bindings),
            let rows = entry.cost.worthwhileRows(threads: entry.plan.threads)
        else { return most }
        return min(most, rows)
    }

    /// The next batch of a running worker; empty when it goes to sleep.
    mutating func takeBatch(worker: Int) -> [PendingRequest] {
        let rows = queue.nextBindings.map { batchRows($0) } ?? configuration.maxBatchSize
        let batch = queue.takeBatch(maxRows: rows)
        if batch.isEmpty { idleWorkers.append(worker) }
        return batch
    }

    /// Counts what became of the requests of one batch or inline run.
    mutating func record(_ run: RunRecord, _ answers: BatchAnswers) {
        if run.isInline { inlineRuns -= 1 }
        if run.executions > 0 {
            counters.count(run)
            plans.observe(answers.bindings, run)
        }
        for (_, result) in answers.results {
            switch result {
            case .success(let response): counters.count(response)
            case .failure(let error): counters.count(error)
            }
        }
    }

    // MARK: Stopping

    /// Refuses new requests from now on; returns the workers to start for what still waits.
    mutating func stop(observer: @escaping @Sendable () -> Void) -> Int? {
        isStopping = true
        drainObservers.append(observer)
        return queue.isEmpty ? nil : idleWorkers.popLast()
    }

    /// Who must be told that everything is answered; nobody while something waits or runs.
    mutating func takeDrainObservers() -> [@Sendable () -> Void] {
        let isBusy = inlineRuns > 0 || idleWorkers.count < configuration.instances
        guard isStopping, queue.isEmpty, !isBusy else { return [] }
        defer { drainObservers = [] }
        return drainObservers
    }
}
