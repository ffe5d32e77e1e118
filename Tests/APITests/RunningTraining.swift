import API
import Dispatch
import Glibc
import JSON
import Jobs
import Synchronization
import Tensors
import TestSupport
import Training

/// A service of training whose workers are a shell script, with what its jobs do.
final class RunningTraining: Sendable {
    let folder = TemporaryDirectory()
    let service: TrainingService

    /// `/bin/sh` runs `script` for a job; `$1` is the job's directory.
    init(_ script: String, configure: @escaping @Sendable (inout JobSupervisor.Configuration) -> Void = { _ in }) {
        let path = folder.path + "/data"
        service = TrainingService { () throws(JobError) in
            let directory = try DataDirectory(path: path)
            let store = try JobStore(path: directory.databasePath)
            var configuration = JobSupervisor.Configuration { _, directory in
                WorkerCommand(executable: "/bin/sh", arguments: ["-c", script, "worker", directory])
            }
            configure(&configuration)
            let jobs = JobSupervisor(
                store: store, directory: directory, configuration: configuration, publisher: CountingPublisher())
            try jobs.start()
            guard let datasets = try? DatasetStore(directory: directory.datasets) else {
                throw .directory(directory.path, reason: "no datasets")
            }
            return TrainingService.Parts(directory: directory, jobs: jobs, datasets: datasets, kernels: Kernels.best())
        }
    }

    deinit {
        guard let parts = service.stop() else { return }
        let stopped = DispatchSemaphore(value: 0)
        parts.jobs.stop(grace: .zero) { @Sendable in stopped.signal() }
        stopped.wait()
    }

    /// A job that nobody asked for over HTTP.
    func submit(_ model: String = "digits", _ request: JSONValue = ["epochs": 3]) throws -> String {
        try service.parts().jobs.submit(model: model, request: request).job.id
    }

    /// The job as soon as it satisfies `condition`, or as it is after 20 s.
    func wait(for id: String, _ condition: (Job) -> Bool) throws -> Job {
        let store = try service.parts().jobs.store
        for _ in 0..<4000 {
            let job = try store.job(id)
            if condition(job) { return job }
            usleep(5000)
        }
        return try store.job(id)
    }
}

/// Says that the first version was made.
private struct CountingPublisher: JobPublisher {
    func publish(_ job: Job, bundle: String) throws(JobError) -> Int { 1 }
}
