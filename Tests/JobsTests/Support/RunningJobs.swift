import Dispatch
import Glibc
import JSON
import Jobs
import Synchronization
import TestSupport

/// A supervisor whose workers are a shell script; ends them with itself.
final class RunningJobs: Sendable {
    let folder: TemporaryDirectory
    let directory: DataDirectory
    let store: JobStore
    let supervisor: JobSupervisor

    /// `/bin/sh` runs `script` for a job; `$1` is the job's directory. `folder` is where an earlier supervisor has left
    /// its jobs.
    init(
        _ script: String, folder: TemporaryDirectory = TemporaryDirectory(),
        publisher: any JobPublisher = FakePublisher(),
        starts: Bool = true, configure: (inout JobSupervisor.Configuration) -> Void = { _ in }
    ) throws {
        self.folder = folder
        directory = try Self.directory(folder.path + "/data")
        store = try JobStore(path: directory.databasePath)
        var configuration = JobSupervisor.Configuration { _, directory in
            WorkerCommand(executable: "/bin/sh", arguments: ["-c", script, "worker", directory])
        }
        configuration.crashDelay = .milliseconds(5)
        configuration.maximumCrashes = 3
        configuration.stopGrace = .seconds(20)
        configure(&configuration)
        supervisor = JobSupervisor(
            store: store, directory: directory, configuration: configuration, publisher: publisher)
        if starts { try supervisor.start() }
    }

    deinit { stop() }

    /// Takes the directory as soon as the threads of an earlier supervisor have let go of it.
    private static func directory(_ path: String) throws -> DataDirectory {
        for _ in 0..<4000 {
            do throws(JobError) {
                return try DataDirectory(path: path)
            } catch {
                guard case .locked = error else { throw error }
                usleep(5000)
            }
        }
        return try DataDirectory(path: path)
    }

    /// What a daemon would find whose predecessor ended right now, without a chance to say anything.
    func copy() -> TemporaryDirectory {
        let copy = TemporaryDirectory()
        for name in ["apus.sqlite", "apus.sqlite-wal"] {
            copy.write(contents(of: directory.path + "/" + name), to: "data/" + name)
        }
        return copy
    }

    /// Ends all workers and waits for that.
    func stop(grace: Duration = .zero) {
        let stopped = DispatchSemaphore(value: 0)
        supervisor.stop(grace: grace) { @Sendable in stopped.signal() }
        stopped.wait()
    }

    func submit(_ model: String = "digits", _ request: JSONValue = ["epochs": 3], key: String? = nil) throws -> Job {
        try supervisor.submit(model: model, request: request, key: key).job
    }

    /// The job as soon as it satisfies `condition`, or as it is after 20 s.
    func wait(for id: String, _ condition: (Job) -> Bool) throws -> Job {
        for _ in 0..<4000 {
            let job = try store.job(id)
            if condition(job) { return job }
            usleep(5000)
        }
        return try store.job(id)
    }

    func end(of id: String) throws -> Job { try wait(for: id) { $0.state.isFinal } }

    /// Whether a worker has written a file into the job's directory, within 20 s.
    func appears(_ name: String, of id: String) -> Bool {
        for _ in 0..<4000 {
            if access(directory.job(id) + "/" + name, F_OK) == 0 { return true }
            usleep(5000)
        }
        return false
    }
}

/// Waits in the middle of publishing until it is let go, and then cannot.
final class StuckPublisher: JobPublisher {
    let entered = DispatchSemaphore(value: 0)
    let leaves = DispatchSemaphore(value: 0)

    func publish(_ job: Job, bundle: String) throws(JobError) -> Int {
        entered.signal()
        leaves.wait()
        throw .publishing("the repository is shutting down")
    }
}

/// Counts versions up instead of making them.
final class FakePublisher: JobPublisher {
    private let versions = Mutex<[String: Int]>([:])
    let refusal: JobError?

    init(refusal: JobError? = nil) { self.refusal = refusal }

    func publish(_ job: Job, bundle: String) throws(JobError) -> Int {
        if let refusal { throw refusal }
        return versions.withLock { versions in
            if let known = versions[job.id] { return known }
            versions[job.id] = versions.count + 1
            return versions.count
        }
    }
}
