import API
import Glibc
import Jobs
import Logging
import Serving
import Synchronization
import Tensors
import Training

/// Builds what trains, from the configuration, when it is first needed.
final class TrainingWiring: Sendable {
    private let configuration: Configuration
    private let repository: ModelRepository
    private let kernels: Kernels
    private let logger: Logger
    private let hasLoaded = Atomic(false)

    init(_ configuration: Configuration, repository: ModelRepository, kernels: Kernels, logger: Logger) {
        self.kernels = kernels
        self.configuration = configuration
        self.repository = repository
        self.logger = logger
    }

    /// The service, which takes the data directory at its first use.
    func service() -> TrainingService {
        TrainingService { @Sendable [self] () throws(JobError) in try parts() }
    }

    /// Takes the data directory now if it is there, for it may hold jobs that are to go on.
    ///
    /// - Throws: `DaemonError.dataDirectory` when another process has it. Anything else that is wrong with it keeps the
    ///   daemon from training, not from serving.
    func openIfPresent(_ service: TrainingService) throws(DaemonError) {
        guard Files.isDirectory(configuration.data.directory) else { return }
        do throws(JobError) {
            try service.parts()
        } catch {
            if case .locked = error { throw .dataDirectory(error) }
            logger.warning("there is no training", metadata: ["reason": "\(error)"])
        }
    }

    /// Lets jobs run, now that the models are there which their results are published to.
    func startJobs(_ service: TrainingService) {
        hasLoaded.store(true, ordering: .sequentiallyConsistent)
        guard let parts = service.openParts else { return }
        do throws(JobError) {
            try parts.jobs.start()
        } catch {
            logger.error("the jobs cannot go on", metadata: ["reason": "\(error)"])
        }
    }

    private func parts() throws(JobError) -> TrainingService.Parts {
        let directory = try DataDirectory(path: configuration.data.directory)
        let store = try JobStore(path: directory.databasePath)
        let logger = logger
        let supervisor = JobSupervisor(
            store: store, directory: directory, configuration: supervisorConfiguration(directory),
            publisher: RepositoryPublisher(repository: repository)
        ) { @Sendable job in Self.log(job, logger) }
        let datasets = try Self.datasets(directory)
        if hasLoaded.load(ordering: .sequentiallyConsistent) { try supervisor.start() }
        logger.info("data directory", metadata: ["path": "\(directory.path)"])
        return TrainingService.Parts(directory: directory, jobs: supervisor, datasets: datasets, kernels: kernels)
    }

    private static func datasets(_ directory: DataDirectory) throws(JobError) -> DatasetStore {
        do throws(DatasetError) {
            let store = try DatasetStore(directory: directory.datasets)
            try store.removeLeftovers()
            return store
        } catch {
            throw .directory(directory.path, reason: error.description)
        }
    }

    private func supervisorConfiguration(_ directory: DataDirectory) -> JobSupervisor.Configuration {
        let arguments = WorkerArguments(configuration, data: directory.path, repository: repository)
        var supervisor = JobSupervisor.Configuration { @Sendable job, directory in
            arguments.command(job, directory: directory)
        }
        supervisor.maximumRunning = configuration.training.maxJobs
        supervisor.maximumQueued = configuration.training.maxQueued
        supervisor.stopGrace = .seconds(configuration.training.stopGraceSeconds)
        return supervisor
    }

    private static func log(_ job: Job, _ logger: Logger) {
        var metadata: Logger.Metadata = [
            "job": "\(job.id)", "model": "\(job.model)", "state": "\(job.state.rawValue)",
        ]
        if !job.phase.isEmpty { metadata["phase"] = "\(job.phase)" }
        if !job.reason.isEmpty { metadata["reason"] = "\(job.reason)" }
        if let version = job.version { metadata["version"] = "\(version)" }
        logger.log(level: job.state == .failed ? .warning : .info, "job", metadata: metadata)
    }
}
