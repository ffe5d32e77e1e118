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
    /// Nanoseconds answered requests waited, summed.
    package var queueNanoseconds: UInt64 = 0
    /// Nanoseconds of all runs, summed.
    package var computeNanoseconds: UInt64 = 0
    package var rejections = Rejections()
    /// Waiting now: requests and their rows.
    package var queuedRequests = 0
    package var queuedRows = 0

    package init() {}

    mutating func count(_ run: RunRecord) {
        executions += run.executions
        inlineExecutions += run.isInline ? run.executions : 0
        executedRows += run.rows
        largestExecution = max(largestExecution, run.largestRows)
        computeNanoseconds &+= run.nanoseconds
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

/// What running one batch took; a request larger than a batch takes several executions.
struct RunRecord {
    var executions = 0
    var rows = 0
    var largestRows = 0
    var nanoseconds: UInt64 = 0
    var isInline = false
    /// Most threads that took part in a run.
    var threads = 1

    mutating func add(rows: Int, nanoseconds: UInt64, threads: Int) {
        executions += 1
        self.rows += rows
        largestRows = max(largestRows, rows)
        self.nanoseconds &+= nanoseconds
        self.threads = max(self.threads, threads)
    }

    /// Nanoseconds of one row on one thread; an upper bound when several took part.
    var rowNanoseconds: Double { Double(nanoseconds) * Double(min(threads, largestRows)) / Double(max(rows, 1)) }
}
