import HTTP
import JSON
import Jobs
import Serving
import Training

/// `POST /v1/models/{m}/evaluate`: how good a version is on the rows of a dataset, and against another version.
struct EvaluateResource: Sendable {
    let service: TrainingService
    let repository: ModelRepository

    func evaluate(_ model: String, _ number: Int?, _ request: ControlRequest) throws(APIError) -> HTTPResponse {
        let body = try JSONBody.read(request)
        let evaluation: EvaluationRequest
        do { evaluation = try EvaluationRequest(json: body) } catch { throw .field(error) }
        let version: Version
        let other: Version?
        do throws(ServingError) { version = try evaluator(model, number) } catch { throw .serving(error) }
        do throws(ServingError) {
            other = try evaluation.compareWith.map { number throws(ServingError) in try evaluator(model, number) }
        } catch {
            throw APIError(error, namedBy: "compare_with")
        }
        let parts: TrainingService.Parts
        do throws(JobError) { parts = try service.parts() } catch { throw .job(error) }
        let dataset: Dataset
        do { dataset = try parts.datasets.dataset(named: evaluation.dataset) } catch {
            throw APIError(error, namedBy: "dataset")
        }
        let options = try options(evaluation, version, dataset)
        do throws(TrainingError) {
            let result = try version.run(dataset, options, evaluation, parts)
            var members = [
                JSONMember("model_name", .string(model)), JSONMember("model_version", .string(String(version.number))),
                JSONMember("dataset", ["name": .string(dataset.name), "digest": .string(dataset.digest)]),
                JSONMember("split", .string(result.split.rawValue)),
                JSONMember("rows", .integer(result.rows)),
                JSONMember("metrics", result.report.metrics.json),
                JSONMember("report", result.report.json),
            ]
            if let other {
                let baseline = try other.run(dataset, options, evaluation, parts)
                members.append(
                    JSONMember("comparison", try Self.comparison(baseline, result, other.number)))
            }
            return .json(.object(members))
        } catch {
            throw .training(error)
        }
    }

    /// A version on disk, and the names of its classes.
    private struct Version {
        let model: String
        let number: Int
        let directory: String
        let classNames: [String]?

        func run(
            _ dataset: Dataset, _ options: DataOptions, _ request: EvaluationRequest, _ parts: TrainingService.Parts
        ) throws(TrainingError) -> VersionEvaluator.Evaluation {
            try VersionEvaluator(
                directory: directory, classNames: classNames, output: request.output, kernels: parts.kernels
            ).evaluate(dataset, options: options, split: request.split, evaluation: request.options)
        }
    }

    private func evaluator(_ model: String, _ number: Int?) throws(ServingError) -> Version {
        let (number, directory) = try repository.location(of: model, number)
        let names = (try? repository.version(of: model, number))?.classNames ?? []
        return Version(model: model, number: number, directory: directory, classNames: names.isEmpty ? nil : names)
    }

    /// What the request says of the data, or else what the version was trained with, if that was this dataset: its
    /// held-out rows must not become others.
    private func options(
        _ request: EvaluationRequest, _ version: Version, _ dataset: Dataset
    ) throws(APIError) -> DataOptions {
        var json = request.data
        if json == nil, let card = try? repository.card(of: version.model, version.number),
            card["request"]?["dataset"]?.string == dataset.name
        {
            json = card["request"]?["data"]
        }
        do { return try DataOptions(json: json ?? .null) } catch { throw .field(error) }
    }

    private static func comparison(
        _ baseline: VersionEvaluator.Evaluation, _ candidate: VersionEvaluator.Evaluation, _ version: Int
    ) throws(TrainingError) -> JSONValue {
        do throws(FieldError) {
            let comparison = try ReportComparison(baseline: baseline.predictions, candidate: candidate.predictions)
            return .object(
                [JSONMember("baseline_version", .string(String(version)))] + (comparison.json.members ?? []))
        } catch {
            throw .field(error)
        }
    }
}
