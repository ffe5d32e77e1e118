import Glibc
import JSON
import Jobs
package import Tensors
import Training

/// `apus train-worker`: does one job of a daemon and says on standard output, line by line, what happens
/// (`Jobs.WorkerMessage`).
package struct TrainWorker: Sendable {
    /// The job's directory, with `request.json`.
    package var directory: String
    /// The data directory.
    package var data: String
    /// The directory of the version that training begins with, when it does.
    package var baseDirectory: String?
    /// The directory of the version that is served, when one is.
    package var servedDirectory: String?
    /// Threads that compute unless the request says; 0 for one a core.
    package var threads = 0
    /// The part of the time that it may compute.
    package var share = 1.0
    package var limits = WorkerLimits()

    /// Largest request. Bytes.
    private static let maximumRequestBytes = 64 << 20
    /// How long to wait for a worker of an earlier daemon to end, in tenths of a second.
    private static let lockAttempts = 300

    package init(directory: String, data: String) {
        self.directory = directory
        self.data = data
    }

    /// Does the job. Call on the main thread, once.
    /// - Throws: `DaemonError.worker` when there is nobody to tell.
    package func run(kernels: Kernels) throws(DaemonError) {
        let stop = StopSwitch()
        let signals = stop.watch()
        do throws(JobFailure) {
            let request = try readRequest()
            var limits = limits
            if let megabytes = request.memoryLimit { limits.memoryMegabytes = megabytes }
            do { try limits.apply() } catch { throw JobFailure(code: "worker_failed", message: "\(error)") }
            let lock = try takeLock()
            var job = TrainingJob(request: request, dataset: try dataset(request.dataset), directory: directory)
            job.baseDirectory = baseDirectory
            job.servedDirectory = servedDirectory
            job.share = share
            job.name = directory.split(separator: "/").last.map(String.init)
            job.threads = threads == 0 ? Processors.available.count : threads
            _ = job.run(kernels: kernels, stop: stop, report: Self.report)
            withExtendedLifetime((lock, signals)) {}
        } catch {
            Self.report(.error(error))
        }
    }

    /// Writes a line. A daemon that has gone has taken the worker with it (`WorkerLimits`).
    private static func report(_ message: WorkerMessage) {
        try? StandardStream.output.write(message.json.bytes + [0x0A])
    }

    private func readRequest() throws(JobFailure) -> TrainingRequest {
        let path = directory + "/request.json"
        do {
            return try TrainingRequest(json: JSONValue(parsing: Files.bytes(of: path, limit: Self.maximumRequestBytes)))
        } catch let error as FileRefusal {
            throw JobFailure(code: "bad_request", message: "\(path): \(error.reason)")
        } catch let error as FieldError {
            throw JobFailure(code: "invalid_field", message: error.description, field: error.path)
        } catch {
            throw JobFailure(code: "bad_request", message: "\(path): \(error)")
        }
    }

    private func dataset(_ name: String) throws(JobFailure) -> Dataset {
        do throws(DatasetError) {
            return try DatasetStore(directory: data + "/datasets").dataset(named: name)
        } catch {
            throw JobFailure(code: "bad_data", message: error.description, field: "dataset")
        }
    }

    /// Two workers must not write to one job's directory: a daemon that was killed and started again may be faster than
    /// the end of its first worker.
    private func takeLock() throws(JobFailure) -> LockFile {
        for _ in 0..<Self.lockAttempts {
            do throws(JobError) {
                return try LockFile(path: directory + "/lock", directory: directory)
            } catch {
                guard case .locked = error else {
                    throw JobFailure(code: error.isDiskFull ? "disk_full" : "worker_failed", message: "\(error)")
                }
                usleep(100_000)
            }
        }
        throw JobFailure(code: "worker_failed", message: "another worker does not let go of \(directory)")
    }
}

extension JobError {
    fileprivate var isDiskFull: Bool { if case .diskFull = self { true } else { false } }
}
