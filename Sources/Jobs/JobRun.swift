import Glibc
import Synchronization

/// One run of a job's worker, from its start to its end.
final class JobRun: Sendable {
    /// How a run came out.
    struct Outcome: Sendable, Equatable {
        /// How the process ended; nil when there was none.
        var exit: WorkerExit?
        /// What the worker said about its result, its error, and whether it has paused.
        var result: JobResult?
        var failure: JobFailure?
        var hasPaused = false
        /// Whether the worker was asked to stop.
        var wasAsked = false
        /// What it has written to standard error, in short.
        var log = ""
        /// Whether it had to be killed because it did not do as it was asked.
        var wasKilled = false
    }

    private struct State {
        var process: WorkerProcess?
        /// A signal asked for before there was a process.
        var early: Int32?
        var wasAsked = false
        var wasKilled = false
    }

    let job: String
    private let state = Mutex(State())

    init(job: String) {
        self.job = job
    }

    /// Asks the worker to save a checkpoint and to end.
    func ask() { signal(SIGTERM) { $0.wasAsked = true } }

    /// Ends the worker at once.
    func kill() { signal(SIGKILL) { $0.wasKilled = true } }

    private func signal(_ number: Int32, _ note: (inout State) -> Void) {
        let process = state.withLock { state -> WorkerProcess? in
            note(&state)
            if state.process == nil { state.early = number }
            return state.process
        }
        process?.signal(number)
    }

    /// Runs the worker and gives on what it says. Blocks until it has ended.
    /// - Parameters:
    ///   - command: What to run.
    ///   - directory: The job's directory.
    ///   - receive: Called with every message.
    /// - Returns: How it came out.
    /// - Throws: `JobError.worker`.
    func run(
        _ command: WorkerCommand, directory: String, _ receive: (WorkerMessage) -> Void
    ) throws(JobError) -> Outcome {
        let worker = try WorkerProcess(command, directory: directory)
        let early = state.withLock { state -> Int32? in
            state.process = worker
            return state.early
        }
        if let early { worker.signal(early) }
        var outcome = Outcome()
        outcome.exit = worker.run { line in
            guard let message = WorkerMessage(line: line) else { return }
            switch message {
            case .result(let result, _): outcome.result = result
            case .error(let failure): outcome.failure = failure
            case .state(.paused, _): outcome.hasPaused = true
            default: break
            }
            receive(message)
        }
        (outcome.wasAsked, outcome.wasKilled) = state.withLock { ($0.wasAsked, $0.wasKilled) }
        return outcome
    }
}
