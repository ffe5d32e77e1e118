import HTTP
import JSON
import Jobs
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
        let training = try Self.read(try JSONBody.read(request))
        let parts: TrainingService.Parts
        do throws(JobError) { parts = try service.parts() } catch { throw .job(error) }
        try check(training, parts)
        do throws(JobError) {
            let (job, isNew) = try parts.jobs.submit(model: model, request: training.json, key: key)
            var fields = [HTTPResponse.Field("Location", "/v1/jobs/\(job.id)")]
            if !isNew { fields.append(.init("Idempotent-Replay", "true")) }
            return .json(job.json, status: .accepted, fields: fields)
        } catch {
            throw .job(error)
        }
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

    /// Refuses what could only fail later.
    private func check(_ request: TrainingRequest, _ parts: TrainingService.Parts) throws(APIError) {
        if case .base(let model, let version) = request.source {
            do throws(ServingError) {
                let versions = try repository.model(named: model)
                if let version, !versions.contains(where: { $0.version == version }) {
                    throw .versionNotFound(model: model, version: version)
                }
            } catch {
                throw .serving(error)
            }
        }
        do throws(FieldError) { _ = try DataOptions(json: request.data ?? .null) } catch { throw .field(error) }
        do throws(DatasetError) {
            _ = try parts.datasets.dataset(named: request.dataset)
        } catch {
            throw .dataset(error)
        }
    }
}
