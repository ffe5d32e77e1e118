import Glibc
package import JSON
package import Jobs
import Serving
import Synchronization
package import Tensors
import Training

/// `apus train`: a training in this process, with the same code as a daemon's workers.
package struct LocalTraining: Sendable {
    /// What becomes of the version.
    package enum Destination: Sendable {
        /// The next version of a model in a directory of models.
        case model(String, directory: String)
        /// A new directory.
        case directory(String)
    }

    /// A file or a folder of data.
    package var datasetPath: String
    /// The train request; its dataset's name is not looked at.
    package var request: JSONValue
    package var destination: Destination
    /// The directory of models, where a base is looked for.
    package var models: String
    /// Where checkpoints are kept, so that the same command goes on after it was stopped; nil keeps none.
    package var workDirectory: String?
    /// Threads that compute; 0 for one a core.
    package var threads = 0

    package init(datasetPath: String, request: JSONValue, destination: Destination, models: String) {
        self.datasetPath = datasetPath
        self.request = request
        self.destination = destination
        self.models = models
    }

    /// Trains and puts the version where it belongs. Call on the main thread, once.
    /// - Parameters:
    ///   - kernels: What computes.
    ///   - report: Called with every message of the training.
    /// - Returns: A line for people that says what was made; nil when the training was stopped.
    /// - Throws: `DaemonError`.
    package func run(
        kernels: Kernels, report: (WorkerMessage) -> Void
    ) throws(DaemonError) -> String? {
        try checkDestination()
        let stop = StopSwitch()
        let signals = stop.watch()
        defer { withExtendedLifetime(signals) {} }
        let work = try WorkDirectory(workDirectory)
        let lock = try Self.lock(work.path)
        defer { withExtendedLifetime(lock) {} }
        let dataset = try LocalDataset.import(datasetPath, into: work.path + "/datasets")
        let request = try readRequest(dataset.name)
        try work.makeDirectory("job")
        var job = TrainingJob(request: request, dataset: dataset, directory: work.path + "/job")
        job.threads = threads == 0 ? Processors.available.count : threads
        let repository = ModelRepository(
            configuration: .init(directory: models), engine: NativeEngine(kernels: kernels, pool: nil))
        if case .base(let model, let version) = request.source {
            job.baseDirectory = try located(model, version, repository)
        }
        if case .model(let name, _) = destination { job.servedDirectory = try? located(name, nil, repository) }
        var failure: JobFailure?
        let result = job.run(kernels: kernels, stop: stop) { message in
            if case .error(let error) = message { failure = error }
            report(message)
        }
        if let failure { throw .training(failure.message) }
        guard let result else { return nil }
        let made = try place(result, repository)
        TrainingRun.discardCheckpoints(in: job.directory)
        return made
    }

    /// Two commands with one work directory would spoil each other's checkpoints.
    private static func lock(_ path: String) throws(DaemonError) -> LockFile {
        do throws(JobError) {
            return try LockFile(path: path + "/lock", directory: path)
        } catch {
            throw .file(path, reason: error.description)
        }
    }

    /// Refuses a destination that a version cannot be put to, before anything is trained.
    private func checkDestination() throws(DaemonError) {
        switch destination {
        case .directory(let path):
            guard !Files.exist(path) else { throw .file(path, reason: "is there already") }
            let parents = path.split(separator: "/").dropLast().joined(separator: "/")
            guard Files.isDirectory(path.hasPrefix("/") ? "/" + parents : "./" + parents) else {
                throw .file(path, reason: "expected a directory that is to hold it, found none")
            }
        case .model(let name, let directory):
            guard ModelRepository.isModelName(name) else {
                throw .model(name, reason: ServingError.modelName(name).description)
            }
            guard Files.isDirectory(directory) else { throw .file(directory, reason: "expected a directory of models") }
        }
    }

    private func readRequest(_ dataset: String) throws(DaemonError) -> TrainingRequest {
        let members = (request.members ?? []).filter { $0.name != "dataset" }
        do {
            return try TrainingRequest(json: .object([JSONMember("dataset", .string(dataset))] + members))
        } catch {
            throw .usage("the request: \(error)")
        }
    }

    private func located(
        _ model: String, _ version: Int?, _ repository: ModelRepository
    ) throws(DaemonError) -> String {
        do throws(ServingError) {
            if version == nil { _ = try? repository.load(model, nil) }
            return try repository.location(of: model, version).directory
        } catch {
            throw .model(model, reason: error.description)
        }
    }

    private func place(_ result: TrainingResult, _ repository: ModelRepository) throws(DaemonError) -> String {
        switch destination {
        case .directory(let path):
            do throws(FileMoveError) { try Files.move(result.bundle, to: path) } catch {
                throw .file(path, reason: error.reason)
            }
            return path
        case .model(let name, let directory):
            guard result.decision.publishes else { return "not published: \(result.decision.reason)" }
            do {
                return "\(directory)/\(name)/\(try repository.publish(result.bundle, as: name))"
            } catch {
                throw .model(name, reason: error.description)
            }
        }
    }
}
