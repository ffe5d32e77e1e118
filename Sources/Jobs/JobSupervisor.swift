import Dispatch
import Synchronization

/// Runs the jobs of a store, each in a worker process of its own, and does with them what it is asked for.
///
/// A job's state in the store and the table of workers change together, under one lock; that of the store is taken
/// inside it. Nothing here may be called on an event loop: every change waits for the disk.
package final class JobSupervisor: Sendable {
    /// How jobs are run.
    package struct Configuration: Sendable {
        /// What to run for a job; the second argument is its directory.
        package var command: @Sendable (Job, String) -> WorkerCommand
        /// Workers at once.
        package var maximumRunning = 1
        /// Jobs that wait; one more is refused.
        package var maximumQueued = 1000
        /// How long a worker may take to save a checkpoint and to end.
        package var stopGrace = Duration.seconds(30)
        /// Crashes without a checkpoint in between, after which a job has failed.
        package var maximumCrashes = 10
        /// How long to wait after a crash, times the number of crashes.
        package var crashDelay = Duration.milliseconds(200)

        package init(command: @escaping @Sendable (Job, String) -> WorkerCommand) {
            self.command = command
        }
    }

    struct State {
        var runs: [String: JobRun] = [:]
        var isStarted = false
        var isStopping = false
        var stopped: [@Sendable () -> Void] = []
    }

    package let store: JobStore
    let directory: DataDirectory
    let configuration: Configuration
    let publisher: any JobPublisher
    let observer: @Sendable (Job) -> Void
    let watchers = JobWatchers()
    let state = Mutex(State())

    /// - Parameters:
    ///   - store: The jobs.
    ///   - directory: Where they have their files.
    ///   - configuration: How jobs are run.
    ///   - publisher: What makes versions of results.
    ///   - observer: Told of every change of a job's state, on any thread.
    package init(
        store: JobStore, directory: DataDirectory, configuration: Configuration, publisher: any JobPublisher,
        observer: @escaping @Sendable (Job) -> Void = { _ in }
    ) {
        self.store = store
        self.directory = directory
        self.configuration = configuration
        self.publisher = publisher
        self.observer = observer
    }

    // MARK: Starting and stopping

    /// Takes up the jobs that the last daemon left, and begins to run those that wait. Once is enough.
    package func start() throws(JobError) {
        try state.withLock { state throws(JobError) in
            guard !state.isStarted else { return }
            for job in try store.jobs(states: JobState.allCases.filter(\.isActive), limit: .max) {
                try store.update(job.id, Self.takeUp)
            }
            state.isStarted = true
        }
        schedule()
    }

    private static func takeUp(_ job: inout Job) {
        switch job.wish {
        case .cancel: job.end(.cancelled, reason: "cancelled on request")
        case .pause: job.end(.paused, reason: "paused on request")
        case nil: job.end(.queued, reason: "the daemon ended while the job ran; goes on from its checkpoint")
        }
    }

    /// Asks all workers to save a checkpoint and to end; their jobs go on when a daemon starts again.
    /// - Parameters:
    ///   - grace: How long they may take.
    ///   - completion: Called once, on any thread, when no worker is left.
    package func stop(grace: Duration, completion: @escaping @Sendable () -> Void) {
        let runs = state.withLock { state -> [JobRun] in
            state.isStopping = true
            if !state.runs.isEmpty { state.stopped.append(completion) }
            return Array(state.runs.values)
        }
        if runs.isEmpty { return completion() }
        for run in runs {
            run.ask()
            kill(run, after: grace)
        }
    }

    // MARK: Asking

    /// The version of the jobs that have a worker now.
    package var runningJobs: [String] { state.withLock { $0.runs.keys.sorted() } }

    /// Calls back when something happens to a job, on any thread, until the object that is returned has gone.
    package func watch(_ id: String, wake: @escaping @Sendable () -> Void) -> JobWatch {
        JobWatch(watchers, job: id, wake: wake)
    }

    /// The directory of a job.
    package func jobDirectory(_ id: String) -> String { directory.job(id) }

    /// Says that a job has changed.
    func announce(_ job: Job) {
        watchers.wake(job.id)
        observer(job)
    }

    /// Ends a run's worker if it still runs after a time.
    func kill(_ run: JobRun, after grace: Duration) {
        let (seconds, attoseconds) = grace.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds)) { @Sendable [weak self] in
            let isStillThere = self?.state.withLock { $0.runs[run.job] === run } ?? true
            if isStillThere { run.kill() }
        }
    }
}

extension Job {
    /// Leaves the job without a worker.
    mutating func end(_ state: JobState, reason: String) {
        self.state = state
        self.reason = reason
        phase = ""
        wish = nil
    }
}
