import Glibc
import Jobs

/// How a daemon tells its workers what to do: the arguments of `apus train-worker`.
struct WorkerArguments: Sendable {
    private let configuration: Configuration
    private let data: String
    private let daemon = getpid()

    init(_ configuration: Configuration, data: String) {
        self.configuration = configuration
        self.data = data
    }

    /// This program once more, even if its file has been replaced since.
    func command(_ job: Job, directory: String) -> WorkerCommand {
        let training = configuration.training
        let options = [
            ("--job", directory), ("--id", job.id), ("--model", job.model), ("--data", data),
            ("--models", configuration.repository.models), ("--threads", "\(training.threads)"),
            ("--priority", training.priority.rawValue), ("--share", "\(training.share)"),
            ("--memory-limit-mb", "\(training.memoryLimitMegabytes)"), ("--isa", configuration.engine.isa.rawValue),
            ("--parent", "\(daemon)"),
        ]
        return WorkerCommand(
            executable: "/proc/self/exe", name: "apus",
            arguments: ["train-worker"] + options.flatMap { [$0.0, $0.1] })
    }
}
