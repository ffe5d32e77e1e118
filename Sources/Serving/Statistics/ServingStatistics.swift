/// What a version has done since it was loaded.
package struct ServingStatistics: Sendable, Equatable {
    /// Requests that got no answer, by reason.
    package struct Rejections: Sendable, Equatable {
        package var queueFull = 0
        package var tooManyRows = 0
        package var cancelled = 0
        package var deadlineExceeded = 0
        package var shuttingDown = 0
        /// The engine could not compute it.
        package var failed = 0

        /// All of them.
        package var total: Int { queueFull + tooManyRows + cancelled + deadlineExceeded + shuttingDown + failed }
    }

    /// Requests that were answered, and their rows.
    package var requests = 0
    package var rows = 0
    /// Runs of the engine, and how many of them ran on the submitting thread.
    package var executions = 0
    package var inlineExecutions = 0
    /// Rows of all runs; divided by `executions`, the mean batch size.
    package var executedRows = 0
    /// Rows of the largest run.
    package var largestExecution = 0
    /// How long answered requests waited until a batch took them.
    package var queue = LatencyHistogram()
    /// How long they waited then until their rows were computed: for their batch to be put together.
    package var batchWait = LatencyHistogram()
    /// How long the runs took that they were part of.
    package var compute = LatencyHistogram()
    /// The runs by their rows.
    package var batches = BatchSizes()
    /// When a run ended last, on the clock of the batcher; nil before the first.
    package var lastRun: UInt64?
    /// Nanoseconds of all runs, summed.
    package var computeNanoseconds: UInt64 = 0
    package var rejections = Rejections()
    /// Waiting now: requests and their rows.
    package var queuedRequests = 0
    package var queuedRows = 0

    package init() {}

    /// Nanoseconds answered requests waited, summed.
    package var queueNanoseconds: UInt64 { queue.nanoseconds }

    mutating func count(_ run: RunRecord) {
        guard let first = run.first else { return }
        batches.add(rows: first.rows, nanoseconds: first.nanoseconds)
        for other in run.others { batches.add(rows: other.rows, nanoseconds: other.nanoseconds) }
        lastRun = run.end
        executions += run.executions
        inlineExecutions += run.isInline ? run.executions : 0
        executedRows += run.rows
        largestExecution = max(largestExecution, run.largestRows)
        computeNanoseconds &+= run.nanoseconds
    }

    mutating func count(_ response: InferenceResponse) {
        requests += 1
        rows += response.rows
        queue.add(response.queueNanoseconds)
        batchWait.add(response.batchWaitNanoseconds)
        compute.add(response.computeNanoseconds)
    }

    mutating func count(_ error: ServingError) {
        switch error {
        case .queueFull: rejections.queueFull += 1
        case .tooManyRows: rejections.tooManyRows += 1
        case .cancelled: rejections.cancelled += 1
        case .deadlineExceeded: rejections.deadlineExceeded += 1
        case .shuttingDown: rejections.shuttingDown += 1
        default: rejections.failed += 1
        }
    }
}
