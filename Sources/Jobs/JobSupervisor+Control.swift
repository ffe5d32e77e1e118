package import JSON
import Synchronization

/// What clients ask for.
extension JobSupervisor {
    /// Takes a job, to be run when it is its turn.
    /// - Parameters:
    ///   - model: The model whose version it makes.
    ///   - request: The request, complete and checked.
    ///   - key: The Idempotency-Key, if there was one: the same request with the same key is the same job.
    /// - Returns: The job, and whether it is new.
    /// - Throws: `JobError.idempotencyKey`, `.queueFull`, `.stopping`, or what the store throws.
    package func submit(
        model: String, request: JSONValue, key: String? = nil
    ) throws(JobError) -> (job: Job, isNew: Bool) {
        let submitted = try state.withLock { state throws(JobError) -> (job: Job, isNew: Bool) in
            if state.isStopping { throw .stopping }
            let limit = configuration.maximumQueued
            let job = Job(id: JobName.make(), model: model, request: request, created: store.time)
            let isFull = try store.count(.queued) >= limit
            return try store.insert(job, key: key, limit: isFull ? limit : nil)
        }
        if submitted.isNew {
            announce(submitted.job)
            schedule()
        }
        return submitted
    }

    /// Ends a job for good. Cancelling a cancelled job does nothing.
    @discardableResult
    package func cancel(_ id: String) throws(JobError) -> Job {
        try change(id, "cancelled") { [directory] job, run in
            switch job.state {
            case .cancelled: return true
            case .succeeded, .failed: return false
            default: break
            }
            guard let run else {
                job.end(.cancelled, reason: "cancelled on request")
                directory.discard(id)
                return true
            }
            job.wish = .cancel
            job.reason = "is being cancelled"
            run.kill()
            return true
        }
    }

    /// Lets a job's worker save a checkpoint and end. Pausing a paused job does nothing.
    @discardableResult
    package func pause(_ id: String) throws(JobError) -> Job {
        try change(id, "paused") { [self] job, run in
            if job.state == .paused { return true }
            if job.state.isFinal || job.wish == .cancel { return false }
            guard let run else {
                job.end(.paused, reason: "paused on request")
                return true
            }
            job.wish = .pause
            job.reason = "is being paused"
            run.ask()
            kill(run, after: configuration.stopGrace)
            return true
        }
    }

    /// Lets a paused job go on from its checkpoint. Resuming a job that is not paused, nor at its end, does nothing.
    @discardableResult
    package func resume(_ id: String) throws(JobError) -> Job {
        let job = try change(id, "resumed") { job, run in
            if job.state.isFinal || job.wish == .cancel { return false }
            if job.state == .paused {
                job.end(.queued, reason: "")
                job.crashes = 0
            } else if run != nil {
                // Its worker may be on its way to the checkpoint; then another one goes on.
                job.wish = nil
                job.reason = ""
            }
            return true
        }
        schedule()
        return job
    }

    /// Makes a version of what a job has made. May block for as long as loading the version takes.
    @discardableResult
    package func publish(_ id: String) throws(JobError) -> Job {
        let run = JobRun(job: id)
        let job = try state.withLock { state throws(JobError) -> Job in
            let job = try store.job(id)
            guard job.version == nil else { return job }
            guard job.result != nil, job.state == .succeeded || job.state == .failed, state.runs[id] == nil else {
                throw .state(job: id, job.state, action: "published")
            }
            if state.isStopping { throw .stopping }
            state.runs[id] = run
            return job
        }
        guard job.version == nil, let result = job.result else { return job }
        defer { leave(run) }
        let version = try publisher.publish(job, bundle: directory.job(id) + "/" + result.bundle)
        let published = try store.update(id) { job in
            job.version = version
            job.failure = nil
            job.end(.succeeded, reason: "published on request")
        }
        announce(published)
        return published
    }

    /// Changes a job as `change` says, which also gets the job's run, if there is one, and says whether the action is
    /// allowed.
    private func change(
        _ id: String, _ action: String, _ change: (inout Job, JobRun?) -> Bool
    ) throws(JobError) -> Job {
        let (job, hasChanged) = try state.withLock { state throws(JobError) -> (Job, Bool) in
            let before = try store.job(id)
            let job = try store.update(id) { job throws(JobError) in
                guard change(&job, state.runs[id]) else { throw .state(job: id, job.state, action: action) }
            }
            return (job, job != before)
        }
        if hasChanged { announce(job) }
        return job
    }
}
