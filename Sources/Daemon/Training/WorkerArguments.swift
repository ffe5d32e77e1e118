import Glibc
import JSON
import Jobs
import Serving

/// How a daemon tells its workers what to do: the arguments of `apus train-worker`.
struct WorkerArguments: Sendable {
    private let configuration: Configuration
    private let data: String
    private let repository: ModelRepository
    private let daemon = getpid()

    init(_ configuration: Configuration, data: String, repository: ModelRepository) {
        self.configuration = configuration
        self.data = data
        self.repository = repository
    }

    /// This program once more, even if its file has been replaced since.
    func command(_ job: Job, directory: String) -> WorkerCommand {
        let training = configuration.training
        let options: [(String, String?)] = [
            ("--job", directory), ("--data", data), ("--base", base(of: job)), ("--served", served(job.model)),
            ("--threads", "\(training.threads)"), ("--priority", training.priority.rawValue),
            ("--share", "\(training.share)"),
            ("--memory-limit-mb", "\(training.memoryLimitMegabytes)"), ("--isa", configuration.engine.isa.rawValue),
            ("--parent", "\(daemon)"),
        ]
        return WorkerCommand(
            executable: "/proc/self/exe", name: "apus",
            arguments: ["train-worker"] + options.flatMap { name, value in value.map { [name, $0] } ?? [] })
    }

    /// The directory of the version that the job begins with; nil when it begins with none.
    private func base(of job: Job) -> String? {
        guard let base = job.request["base"], let model = base["model"]?.string else { return nil }
        return try? repository.location(of: model, base["version"]?.int).directory
    }

    /// The directory of the version that a result is compared with.
    private func served(_ model: String) -> String? { try? repository.location(of: model, nil).directory }
}
