import Dispatch
import Glibc
import Synchronization

/// How a job is run, on a thread of its own.
extension JobSupervisor {
    /// Starts as many of the waiting jobs as may run.
    func schedule() {
        while let (run, job) = takeNext() {
            announce(job)
            let queue = DispatchQueue(label: "apus.\(job.id)", qos: .utility)
            queue.async { @Sendable [self] in execute(run, job) }
        }
    }

    /// The next job that may run; its state says that it does.
    private func takeNext() -> (JobRun, Job)? {
        do throws(JobError) {
            return try state.withLock { state throws(JobError) -> (JobRun, Job)? in
                guard state.isStarted, !state.isStopping, state.runs.count < configuration.maximumRunning,
                    let next = try store.nextQueued()
                else { return nil }
                let job = try store.update(next.id) { job in
                    job.state = .validating
                    job.phase = "starting"
                    job.reason = ""
                }
                let run = JobRun(job: job.id)
                state.runs[job.id] = run
                return (run, job)
            }
        } catch {
            // A full disk, most likely; the jobs wait until there is room.
            DispatchQueue.global().asyncAfter(deadline: .now() + 1) { @Sendable [weak self] in self?.schedule() }
            return nil
        }
    }

    /// Runs a job until its worker has ended and what follows from that is in the store.
    private func execute(_ run: JobRun, _ job: Job) {
        if let result = job.result {
            // An earlier daemon has ended between the result and its version.
            conclude(run, .result(result))
        } else {
            conclude(run, verdict(run, outcome(run, job)))
        }
    }

    private func outcome(_ run: JobRun, _ job: Job) -> JobRun.Outcome {
        do throws(JobError) {
            try directory.prepare(job)
            let directory = directory.job(job.id)
            let log = "\(directory)/\(WorkerLog.fileName)"
            let start = WorkerLog.size(log)
            var outcome = try run.run(configuration.command(job, directory), directory: directory) { message in
                // What cannot be kept, on a full disk, is lost; the job itself is not.
                try? store.record(message, of: job.id)
                if case .state = message { announceNow(job.id) } else { watchers.wake(job.id) }
            }
            outcome.log = WorkerLog.summary(log, from: start)
            return outcome
        } catch {
            var outcome = JobRun.Outcome()
            var code = "worker_failed"
            if case .diskFull = error { code = JobVerdict.diskFullCode }
            outcome.failure = JobFailure(code: code, message: error.description)
            return outcome
        }
    }

    private func announceNow(_ id: String) {
        if let job = try? store.job(id) { announce(job) }
    }

    /// What becomes of the job; waits a little after a crash.
    private func verdict(_ run: JobRun, _ outcome: JobRun.Outcome) -> JobVerdict {
        func decide() -> JobVerdict {
            let isStopping = state.withLock(\.isStopping)
            let job = persistently(isStopping: isStopping) { () throws(JobError) in try store.job(run.job) }
            guard let job else { return .queued(reason: "", crashes: 0) }
            return JobVerdict(
                job, outcome, isStopping: isStopping, maximumCrashes: configuration.maximumCrashes)
        }
        let verdict = decide()
        guard case .queued(_, let crashes) = verdict, crashes > 0 else { return verdict }
        pauseThread(configuration.crashDelay * min(crashes, 10))
        return decide()
    }

    /// Brings the store to what was decided, publishes if that is due, and lets the next job run.
    private func conclude(_ run: JobRun, _ verdict: JobVerdict) {
        switch verdict {
        case .cancelled: directory.discard(run.job)
        case .failed: directory.discardCheckpoints(run.job)
        case .result, .queued, .paused: break
        }
        if case .result(let result) = verdict {
            finish(run, result)
        } else {
            settle(run) { job in
                switch verdict {
                case .result: break
                case .queued(let reason, let crashes):
                    job.crashes = crashes
                    job.end(.queued, reason: reason)
                case .paused(let reason): job.end(.paused, reason: reason)
                case .cancelled: job.end(.cancelled, reason: "cancelled on request")
                case .failed(let failure, let crashes):
                    job.crashes = crashes
                    job.failure = failure
                    job.end(.failed, reason: failure.message)
                }
            }
        }
        leave(run)
        schedule()
    }

    private func finish(_ run: JobRun, _ result: JobResult) {
        let noted = settle(run, isLast: false) { job in
            job.result = result
            job.state = .evaluating
            job.phase = result.isToBePublished ? "publishing" : ""
        }
        guard let noted else { return }
        // Only now: a daemon that ends before has its next one go on from them.
        directory.discardCheckpoints(run.job)
        guard result.isToBePublished, noted.version == nil else {
            settle(run) { job in
                job.end(.succeeded, reason: result.reason)
            }
            return
        }
        do throws(JobError) {
            let version = try publisher.publish(noted, bundle: directory.job(run.job) + "/" + result.bundle)
            settle(run) { job in
                job.version = version
                job.end(.succeeded, reason: result.reason)
            }
        } catch {
            // What a stop has kept from being published is published by the next daemon.
            if state.withLock(\.isStopping) { return }
            settle(run) { job in
                job.failure = JobFailure(code: "publish_failed", message: error.description)
                job.end(.failed, reason: "trained, but not published: \(error)")
            }
        }
    }

    /// Changes the job in the store, however long the disk is full; with the last change, its run leaves the table.
    /// - Returns: The job; nil when the daemon stops before there is room, and the next one has to do it.
    @discardableResult
    private func settle(_ run: JobRun, isLast: Bool = true, _ change: (inout Job) -> Void) -> Job? {
        let job = persistently(isStopping: false) { () throws(JobError) in
            try state.withLock { state throws(JobError) in
                let job = try store.update(run.job) { job throws(JobError) in change(&job) }
                if isLast { state.runs[run.job] = nil }
                return job
            }
        }
        if let job { announce(job) }
        return job
    }

    /// Tries until it works, or until the daemon stops; on a full disk with what was set aside for that.
    private func persistently(isStopping: Bool, _ body: () throws(JobError) -> Job) -> Job? {
        while true {
            do throws(JobError) { return try body() } catch {
                if case .diskFull = error { directory.releaseReserve() }
            }
            if let job = try? body() { return job }
            if isStopping || state.withLock(\.isStopping) { return nil }
            pauseThread(.seconds(1))
        }
    }

    /// Takes a run out of the table, if it is still there, and ends the stop when it was the last.
    func leave(_ run: JobRun) {
        let completions = state.withLock { state -> [@Sendable () -> Void] in
            if state.runs[run.job] === run { state.runs[run.job] = nil }
            guard state.runs.isEmpty else { return [] }
            defer { state.stopped = [] }
            return state.stopped
        }
        for completion in completions { completion() }
    }

    private func pauseThread(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        var time = timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
        unsafe nanosleep(&time, nil)
    }
}
