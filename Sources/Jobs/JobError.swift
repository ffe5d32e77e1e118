/// Why a job, or the store of all jobs, cannot do what it was asked for.
package enum JobError: Error, Sendable, Equatable {
    // The data directory
    /// It cannot be made, read or written.
    case directory(String, reason: String)
    /// Another process has it; `holder` says which, as far as is known.
    case locked(String, holder: String)
    /// What SQLite says about the database.
    case database(String, reason: String)
    /// There is no room for what must be written.
    case diskFull(String)

    // Jobs
    /// No job has this name.
    case unknownJob(String)
    /// The job's state does not allow the action.
    case state(job: String, JobState, action: String)
    /// The key was used for another request.
    case idempotencyKey(String, job: String)
    /// So many jobs wait already.
    case queueFull(limit: Int)
    /// The daemon is about to stop.
    case stopping
    /// There is no result to publish, or it could not be made a version.
    case publishing(String)
    /// The worker cannot be started.
    case worker(String, reason: String)
}

extension JobError: CustomStringConvertible {
    /// One sentence that names the place, what was expected and what came.
    package var description: String {
        switch self {
        case .directory(let path, let reason): "data directory \(path): \(reason)"
        case .locked(let path, let holder):
            "data directory \(path): is in use by \(holder); one process at a time may have it"
        case .database(let path, let reason): "\(path): \(reason)"
        case .diskFull(let path): "\(path): the disk is full"
        case .unknownJob(let id): "no job is called \"\(id)\"; GET /v1/jobs lists the jobs"
        case .state(let job, let state, let action): "job \(job) is \(state.rawValue) and cannot be \(action)"
        case .idempotencyKey(let key, let job):
            "Idempotency-Key: \"\(key)\" was sent before with another request, which became job \(job)"
        case .queueFull(let limit): "\(limit) jobs are waiting already, which is the most"
        case .stopping: "the daemon is stopping"
        case .publishing(let reason): reason
        case .worker(let path, let reason): "the worker \(path) cannot be started: \(reason)"
        }
    }
}
