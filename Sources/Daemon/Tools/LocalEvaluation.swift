package import JSON
import ModelFormats
package import Tensors
package import Training

/// `apus evaluate`: how good a version is on the rows of a file, without a server.
package struct LocalEvaluation: Sendable {
    /// A version's directory, or a model's, whose newest version is taken.
    package var model: String
    /// The same of a version to compare with.
    package var other: String?
    /// A file or a folder of data.
    package var datasetPath: String
    /// The rows to evaluate; nil for the test rows, or the validation rows when there are none.
    package var split: Split?
    /// The name of the output to look at; nil for the first.
    package var output: String?
    /// The target and the splits, as in a train request; nil for those of the version's own training.
    package var data: JSONValue?
    package var options = EvaluationOptions()

    package init(model: String, datasetPath: String) {
        self.model = model
        self.datasetPath = datasetPath
    }

    /// - Returns: `{"model", "split", "rows", "metrics", "report", "comparison"}`.
    /// - Throws: `DaemonError`.
    package func json(kernels: Kernels) throws(DaemonError) -> JSONValue {
        let work = try WorkDirectory(nil)
        defer { withExtendedLifetime(work) {} }
        let dataset = try LocalDataset.import(datasetPath, into: work.path + "/datasets")
        let directory = LoadedModel.newestVersion(model)
        let options = try dataOptions(directory)
        do throws(TrainingError) {
            let result = try evaluate(directory, dataset, options, kernels)
            var members = [
                JSONMember("model", .string(directory)), JSONMember("split", .string(result.split.rawValue)),
                JSONMember("rows", .integer(result.rows)),
                JSONMember("metrics", result.report.metrics.json),
                JSONMember("report", result.report.json),
            ]
            if let other {
                let baseline = try evaluate(LoadedModel.newestVersion(other), dataset, options, kernels)
                members.append(JSONMember("comparison", try Self.comparison(baseline, result)))
            }
            return .object(members)
        } catch {
            throw .training(error.description)
        }
    }

    private func dataOptions(_ directory: String) throws(DaemonError) -> DataOptions {
        var json = data
        if json == nil, let card = try? BundleFile.json(BundleFile.card, in: directory) {
            json = card["request"]?["data"]
        }
        do { return try DataOptions(json: json ?? .null) } catch { throw .usage("--data: \(error)") }
    }

    private func evaluate(
        _ directory: String, _ dataset: Dataset, _ options: DataOptions, _ kernels: Kernels
    ) throws(TrainingError) -> VersionEvaluator.Evaluation {
        try VersionEvaluator(directory: directory, output: output, kernels: kernels)
            .evaluate(dataset, options: options, split: split, evaluation: self.options)
    }

    private static func comparison(
        _ baseline: VersionEvaluator.Evaluation, _ candidate: VersionEvaluator.Evaluation
    ) throws(TrainingError) -> JSONValue {
        do throws(FieldError) {
            return try ReportComparison(baseline: baseline.predictions, candidate: candidate.predictions).json
        } catch {
            throw .field(error)
        }
    }
}
