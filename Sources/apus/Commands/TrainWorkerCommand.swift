import ArgumentParser
import Daemon

/// `apus train-worker`, which a daemon starts for each job.
struct TrainWorkerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train-worker", abstract: "Do one job of a server, which starts this by itself.",
        shouldDisplay: false)

    @Option(help: "The job's directory.")
    var job: String

    @Option(help: "The data directory.")
    var data: String

    @Option(help: "The directory of the version to begin with.")
    var base: String?

    @Option(help: "The directory of the version that is served.")
    var served: String?

    @Option(help: "Threads that compute; 0 for one a core.")
    var threads = 0

    @Option(help: "The part of the time to compute.")
    var share = 1.0

    @Option(help: "How to share the processors.")
    var priority = TrainingPriority.idle

    @Option(help: "Megabytes of memory; 0 for three quarters of what there is.")
    var memoryLimitMb = 0

    @Option(help: "The instruction set.")
    var isa = InstructionSet.auto

    @Option(help: "The process of the server.")
    var parent: Int32?

    func run() throws {
        var worker = TrainWorker(directory: job, data: data)
        worker.baseDirectory = base
        worker.servedDirectory = served
        worker.threads = threads
        worker.share = share
        worker.limits.priority = priority
        worker.limits.memoryMegabytes = memoryLimitMb
        worker.limits.parent = parent
        try worker.run(kernels: try isa.kernels())
    }
}

extension TrainingPriority: ExpressibleByArgument {}
extension InstructionSet: ExpressibleByArgument {}
