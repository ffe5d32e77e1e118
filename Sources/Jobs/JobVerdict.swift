import Glibc

/// What becomes of a job whose worker has ended.
enum JobVerdict: Equatable {
    /// There is a result.
    case result(JobResult)
    /// It goes on with another worker, from the last checkpoint.
    case queued(reason: String, crashes: Int)
    case paused(reason: String)
    case cancelled
    case failed(JobFailure, crashes: Int)

    /// Decides.
    /// - Parameters:
    ///   - job: The job as it is now.
    ///   - outcome: How the worker ended.
    ///   - isStopping: Whether the daemon is.
    ///   - maximumCrashes: Crashes without a checkpoint in between, after which the job has failed.
    init(_ job: Job, _ outcome: JobRun.Outcome, isStopping: Bool, maximumCrashes: Int) {
        if let result = outcome.result, outcome.exit == .status(0) {
            self = .result(result)
        } else if job.wish == .cancel {
            self = .cancelled
        } else if job.wish == .pause {
            let killed = outcome.wasKilled
            self = .paused(
                reason: killed
                    ? "was killed because it did not stop in time; goes on from its last checkpoint when resumed"
                    : "paused on request")
        } else if isStopping {
            self = .queued(reason: "the daemon stopped; goes on when it starts again", crashes: job.crashes)
        } else if let failure = outcome.failure {
            self =
                failure.code == Self.diskFullCode
                ? .paused(reason: "\(failure.message); resume the job when there is room")
                : .failed(failure, crashes: job.crashes)
        } else if outcome.hasPaused {
            self =
                outcome.wasAsked
                ? .queued(reason: "goes on from its checkpoint", crashes: job.crashes)
                : .paused(reason: "the worker was asked to stop by somebody else than the daemon")
        } else {
            self = Self.crash(job, outcome, maximumCrashes: maximumCrashes)
        }
    }

    /// The code of an error that pauses the job: nothing is wrong with the job itself.
    static let diskFullCode = "disk_full"

    private static func crash(_ job: Job, _ outcome: JobRun.Outcome, maximumCrashes: Int) -> JobVerdict {
        let log = outcome.log
        let crashes = job.crashes + 1
        let what = outcome.exit.map { "the worker \($0) without a result" } ?? "there was no worker"
        let tail = log.isEmpty ? "" : ": \(log)"
        if isOutOfMemory(log) {
            return .failed(JobFailure(code: "out_of_memory", message: what + tail), crashes: crashes)
        }
        // Who is killed from outside may have better luck; a worker that fails by itself will do so again.
        let limit = outcome.exit == .signal(SIGKILL) ? maximumCrashes : min(maximumCrashes, Self.maximumFaults)
        guard crashes < limit else {
            let message = "\(what), \(crashes) times without a checkpoint in between\(tail)"
            return .failed(JobFailure(code: "worker_crashed", message: message), crashes: crashes)
        }
        return .queued(reason: "\(what); starts again from its last checkpoint", crashes: crashes)
    }

    /// Workers that may fail by themselves without a checkpoint in between.
    private static let maximumFaults = 3

    /// What Swift's run time, the C++ library and the worker itself say when an allocation fails.
    private static func isOutOfMemory(_ log: String) -> Bool {
        let text = log.lowercased()
        return ["out of memory", "could not allocate", "cannot allocate", "bad_alloc"].contains { text.contains($0) }
    }
}
