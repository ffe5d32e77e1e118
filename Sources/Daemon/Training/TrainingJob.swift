import Glibc
import JSON
package import Jobs
import Preprocessing
import Serving
package import Tensors
package import Training

/// One training from a request to a bundle, in this process: what `apus train-worker` and `apus train` both do.
package struct TrainingJob: Sendable {
    package let request: TrainingRequest
    package let dataset: Dataset
    /// Where checkpoints and the bundle go; belongs to this training alone.
    package let directory: String
    /// The directory of the version it begins with, when it does.
    package var baseDirectory: String?
    /// The directory of the version that is served, for `publish: if_better`.
    package var servedDirectory: String?
    /// The job's name in a daemon, for the card.
    package var name: String?
    /// Threads that compute, unless the request says.
    package var threads = 1
    /// The part of the time that it may compute.
    package var share = 1.0

    /// What `TrainingRun` calls the bundle.
    private static let bundleName = "bundle"

    package init(request: TrainingRequest, dataset: Dataset, directory: String) {
        self.request = request
        self.dataset = dataset
        self.directory = directory
    }

    /// Trains, and says all that happens in the words of a worker.
    /// - Parameters:
    ///   - kernels: What computes.
    ///   - stop: Whether to stop with a checkpoint.
    ///   - report: Called with every message, the last of which is a result, an error or the state `paused`.
    /// - Returns: The result; nil when there is none.
    package func run(
        kernels: Kernels, stop: StopSwitch, report: (WorkerMessage) -> Void
    ) -> TrainingResult? {
        do throws(TrainingError) {
            report(.state(.validating, phase: "reading"))
            let setup = try TrainingSetup(
                request: request, dataset: dataset, baseDirectory: baseDirectory, stated: try statedPreprocessing())
            if stop.isAsked {
                report(.state(.paused, phase: ""))
                return nil
            }
            // Left by a run that was killed before it could say so; checkpoints lead there again.
            Files.removeTree("\(directory)/\(Self.bundleName)")
            var options = TrainingRun.Options()
            options.share = share
            options.job = name
            options.servedDirectory = servedDirectory
            if case .base(let model, let version) = request.source {
                options.baseName = version.map { "\(model)/\($0)" } ?? model
            }
            let count = request.threads ?? threads
            let run = try TrainingRun(
                setup: setup, directory: directory, options: options, kernels: kernels,
                pool: count > 1 ? ComputePool(threads: count) : nil)
            let outcome = try run.run { event in
                report(WorkerMessage(event))
            } shouldStop: {
                stop.isAsked ? .pause : nil
            }
            return finish(outcome, report)
        } catch {
            report(.error(JobFailure(error)))
            return nil
        }
    }

    /// What the `apus.toml` of the version it begins with says of its rows.
    private func statedPreprocessing() throws(TrainingError) -> StatedPreprocessing? {
        guard let baseDirectory else { return nil }
        do throws(ServingError) {
            return try ModelConfiguration(ofVersion: baseDirectory).preprocessing
        } catch {
            throw .field(FieldError(path: "base", expected: "a version with a readable apus.toml", found: "\(error)"))
        }
    }

    private func finish(_ outcome: TrainingOutcome, _ report: (WorkerMessage) -> Void) -> TrainingResult? {
        switch outcome {
        case .stopped:
            report(.state(.paused, phase: ""))
            return nil
        case .finished(let result):
            let name = result.bundle.split(separator: "/").last.map(String.init) ?? result.bundle
            report(
                .result(
                    JobResult(
                        bundle: name, isToBePublished: result.decision.publishes, reason: result.decision.reason),
                    metrics: result.metrics.json.members ?? []))
            return result
        }
    }
}

extension WorkerMessage {
    /// What a training tells, as a line of a worker.
    init(_ event: TrainingEvent) {
        switch event {
        case .phase(.validating): self = .state(.validating, phase: "validating")
        case .phase(.training): self = .state(.running, phase: "training")
        case .phase(.evaluating): self = .state(.evaluating, phase: "evaluating")
        case .progress(let progress): self = .progress(JobProgress(progress))
        case .metrics(let epoch, let step, let metrics):
            self = .metrics(["epoch": .integer(epoch), "step": .integer(step), "metrics": metrics.json])
        case .checkpoint(let epoch, let step, let metrics):
            self = .checkpoint(["epoch": .integer(epoch), "step": .integer(step), "metrics": metrics.json])
        case .log(let text): self = .log(level: "info", message: text)
        }
    }
}

extension JobProgress {
    fileprivate init(_ progress: TrainingEvent.Progress) {
        self.init()
        epoch = progress.epoch
        epochs = progress.epochs
        step = progress.step
        stepsPerEpoch = progress.stepsPerEpoch
        samplesPerSecond = progress.samplesPerSecond
        etaSeconds = progress.samplesPerSecond > 0 ? progress.etaSeconds : nil
        trainLoss = progress.trainLoss.isFinite ? progress.trainLoss : nil
    }
}

extension JobFailure {
    /// Why a training failed; a full disk, wherever it was met, has a code of its own, for it is no fault of the job.
    init(_ error: TrainingError) {
        let message = error.description
        if message.contains(Files.reason(ENOSPC)) {
            self.init(code: "disk_full", message: message)
        } else if case .field(let field) = error {
            self.init(code: error.code, message: message, field: field.path.isEmpty ? nil : field.path)
        } else {
            self.init(code: error.code, message: message)
        }
    }
}
