import HTTP
import JSON
import Jobs
import Preprocessing
import Serving
import Training

/// `POST /v1/models/{m}/train`
struct TrainResource: Sendable {
    let service: TrainingService
    let repository: ModelRepository

    /// The longest key that a client may choose.
    private static let longestKey = 256

    /// Checks the whole request and takes it as a job: 202, with the job and where to find it.
    func train(_ model: String, _ request: ControlRequest) throws(APIError) -> HTTPResponse {
        guard ModelRepository.isModelName(model) else { throw .modelName(model) }
        _ = try QueryParameters(request.query, known: [])
        let key = try Self.key(request)
        var training = try Self.read(try JSONBody.read(request))
        let parts: TrainingService.Parts
        do throws(JobError) { parts = try service.parts() } catch { throw .job(error) }
        if let known = try Self.known(model, training, key, parts) { return Self.accepted(known, isNew: false) }
        let base = try resolveBase(&training)
        try check(training, base: base, parts)
        do throws(JobError) {
            let (job, isNew) = try parts.jobs.submit(model: model, request: training.json, key: key)
            return Self.accepted(job, isNew: isNew)
        } catch {
            throw .job(error)
        }
    }

    private static func accepted(_ job: Job, isNew: Bool) -> HTTPResponse {
        var fields = [HTTPResponse.Field("Location", "/v1/jobs/\(job.id)")]
        if !isNew { fields.append(.init("Idempotent-Replay", "true")) }
        return .json(job.json, status: .accepted, fields: fields)
    }

    /// The job that the same request with the same key has made, whatever has happened to its data and to the served
    /// version since; nil when there is none.
    private static func known(
        _ model: String, _ request: TrainingRequest, _ key: String?, _ parts: TrainingService.Parts
    ) throws(APIError) -> Job? {
        guard let key else { return nil }
        let known: Job?
        do throws(JobError) { known = try parts.jobs.store.job(ofKey: key) } catch { throw .job(error) }
        guard let known, known.model == model else { return nil }
        var request = request
        if case .base(let base, nil) = request.source, let then = known.request["base"]?["version"]?.int {
            request.source = .base(model: base, version: then)
        }
        return request.json == known.request ? known : nil
    }

    private static func read(_ body: JSONValue) throws(APIError) -> TrainingRequest {
        do { return try TrainingRequest(json: body) } catch { throw .field(error) }
    }

    private static func key(_ request: ControlRequest) throws(APIError) -> String? {
        guard let key = request.idempotencyKey else { return nil }
        guard (1...longestKey).contains(key.utf8.count) else {
            throw .field(
                FieldError(
                    path: "Idempotency-Key", expected: "1 to \(longestKey) bytes", found: "\(key.utf8.count) bytes"))
        }
        return key
    }

    /// Refuses what could only fail later: reads the data and builds the model, as the worker is going to.
    private func check(
        _ request: TrainingRequest, base: String?, _ parts: TrainingService.Parts
    ) throws(APIError) {
        let dataset: Dataset
        do { dataset = try parts.datasets.dataset(named: request.dataset) } catch {
            throw APIError(error, namedBy: "dataset")
        }
        let stated: StatedPreprocessing?
        do throws(ServingError) {
            stated = try base.map { path throws(ServingError) in try ModelConfiguration(ofVersion: path) }?
                .preprocessing
        } catch {
            throw .serving(error)
        }
        do throws(TrainingError) {
            _ = try TrainingSetup(request: request, dataset: dataset, baseDirectory: base, stated: stated)
        } catch {
            throw .training(error)
        }
    }

    /// Puts the number of the version that serves now in the place of none: the job must not begin with another one
    /// after it has waited, or waited once more.
    /// - Returns: The directory of the version that training begins with; nil when it begins with none.
    private func resolveBase(_ request: inout TrainingRequest) throws(APIError) -> String? {
        guard case .base(let model, let version) = request.source else { return nil }
        do throws(ServingError) {
            let (number, directory) = try repository.location(of: model, version)
            request.source = .base(model: model, version: number)
            return directory
        } catch {
            throw APIError(error, namedBy: "base")
        }
    }
}
