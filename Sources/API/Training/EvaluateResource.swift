import Dispatch
import Graphs
import HTTP
import JSON
import Jobs
import Preprocessing
import Serving
import Synchronization
import Tensors
import Training

/// `POST /v1/models/{m}/evaluate`: how good a version is on the rows of a dataset, and against another version.
///
/// The rows go through the version's batcher like those of predict requests, so that they take their turn with these.
struct EvaluateResource: Sendable {
    let service: TrainingService
    let repository: ModelRepository

    func evaluate(_ model: String, _ number: Int?, _ request: ControlRequest) throws(APIError) -> HTTPResponse {
        let body = try JSONBody.read(request)
        let evaluation: EvaluationRequest
        do { evaluation = try EvaluationRequest(json: body) } catch { throw .field(error) }
        let version = try version(model, number)
        let parts: TrainingService.Parts
        do throws(JobError) { parts = try service.parts() } catch { throw .job(error) }
        let dataset: Dataset
        do { dataset = try parts.datasets.dataset(named: evaluation.dataset) } catch { throw .dataset(error) }
        do throws(EvaluationError) {
            let result = try run(version, dataset, evaluation, split: evaluation.split)
            var members = [
                JSONMember("model_name", .string(model)), JSONMember("model_version", .string(String(version.number))),
                JSONMember("dataset", ["name": .string(dataset.name), "digest": .string(dataset.digest)]),
                JSONMember("split", .string(result.split.rawValue)),
                JSONMember("rows", .integer(result.predictions.rows)),
                JSONMember("metrics", result.report.metrics.json), JSONMember("report", result.report.json),
            ]
            if let other = evaluation.compareWith {
                let baseline = try run(try compared(model, other), dataset, evaluation, split: result.split)
                members.append(JSONMember("comparison", try Self.comparison(baseline, result, version: other)))
            }
            return .json(.object(members))
        } catch {
            throw .evaluation(error)
        }
    }

    private func version(_ model: String, _ number: Int?) throws(APIError) -> ModelVersion {
        do { return try repository.version(of: model, number) } catch { throw .serving(error) }
    }

    private func compared(_ model: String, _ number: Int) throws(EvaluationError) -> ModelVersion {
        do { return try repository.version(of: model, number) } catch {
            throw .field(FieldError(path: "compare_with", expected: "a version that is loaded", found: "\(error)"))
        }
    }

    private static func comparison(
        _ baseline: ModelEvaluation, _ candidate: ModelEvaluation, version: Int
    ) throws(EvaluationError) -> JSONValue {
        let comparison: ReportComparison
        do throws(FieldError) {
            comparison = try ReportComparison(baseline: baseline.predictions, candidate: candidate.predictions)
        } catch {
            throw .field(error)
        }
        return .object(
            [JSONMember("baseline_version", .string(String(version)))] + (comparison.json.members ?? []))
    }

    private func run(
        _ version: ModelVersion, _ dataset: Dataset, _ request: EvaluationRequest, split: Split?
    ) throws(EvaluationError) -> ModelEvaluation {
        let options: DataOptions
        do {
            options = try DataOptions(json: request.data ?? trainedOptions(version, dataset) ?? .null)
        } catch {
            throw .field(error)
        }
        let data: TrainingData
        do throws(DatasetError) {
            data = try TrainingData(
                dataset: dataset, preprocessing: try preprocessing(of: version, dataset), options: options)
        } catch {
            throw .data(error)
        }
        let runner = try VersionRunner(version, sampleShape: data.sampleShape)
        return unsafe try ModelEvaluation(data, split: split, options: request.options) {
            samples, rows throws(EvaluationError) in
            try unsafe runner.compute(samples, rows: rows)
        }
    }

    /// What the version was trained with, if that was this dataset: its held-out rows must not become others.
    private func trainedOptions(_ version: ModelVersion, _ dataset: Dataset) -> JSONValue? {
        let card = try? repository.card(of: version.modelName, version.number)
        guard let request = card?["request"], request["dataset"]?.string == dataset.name else { return nil }
        return request["data"]
    }

    /// The version's preprocessing, or what gives the model the rows of arrays as they are.
    private func preprocessing(of version: ModelVersion, _ dataset: Dataset) throws(DatasetError) -> Preprocessing {
        if let preprocessing = version.preprocessing?.preprocessing { return preprocessing }
        let names = version.classNames.isEmpty ? nil : version.classNames
        guard version.inputs.count == 1, case .tensor(let shape, _, _) = dataset.features else {
            throw .field(
                FieldError(
                    path: "dataset", expected: "arrays, for a version without preprocessing.json and with one input",
                    found: "another kind of rows or of model"))
        }
        return Preprocessing(input: .tensor(shape: shape), steps: [], classNames: names)
    }
}
