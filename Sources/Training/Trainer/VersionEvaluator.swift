import Graphs
import JSON
import ModelFormats
import Preprocessing
package import Tensors

/// A version on disk that is asked for its predictions on a dataset, as it would serve them.
package struct VersionEvaluator: Sendable {
    private let model: CompiledModel
    private let preprocessing: Preprocessing?
    private let classNames: [String]?
    /// Which of the model's outputs is looked at.
    private let output: Int

    /// Rows that are computed at once.
    private static let batch = 256

    /// What a version answers for a split, and how good that is.
    package struct Evaluation: Sendable {
        package let split: Split
        /// Rows of the split; predictions are more where every step of a row has a class.
        package let rows: Int
        package let predictions: Predictions
        package let report: EvaluationReport
    }

    /// - Parameters:
    ///   - directory: The version's.
    ///   - classNames: Of `apus.toml`, for targets of texts when the version itself names none.
    ///   - output: The name of the output that is looked at; nil for the first.
    ///   - kernels: The instruction set level.
    /// - Throws: `TrainingError.model`, `.graph` or `.field` for a version that cannot be read.
    package init(
        directory: String, classNames: [String]? = nil, output: String? = nil, kernels: Kernels
    ) throws(TrainingError) {
        do {
            model = try CompiledModel(try ModelLoader.loadModel(path: directory), kernels: kernels)
            preprocessing = try BundleFile.json(BundleFile.preprocessing, in: directory).map {
                json throws(FieldError) in
                try Preprocessing(json: json)
            }
        } catch let error as ModelFormatError {
            throw .model(error)
        } catch let error as GraphError {
            throw .graph(error)
        } catch let error as FieldError {
            throw .field(error.inside(BundleFile.preprocessing))
        } catch {
            preconditionFailure("the calls above throw no other errors")
        }
        self.classNames = preprocessing?.classNames ?? classNames
        let names = model.outputs.map(\.name)
        guard let index = output.map({ names.firstIndex(of: $0) }) ?? 0 else {
            throw .field(
                FieldError(
                    path: "output", expected: "one of \(names.joined(separator: ", "))", found: "\"\(output ?? "")\""))
        }
        self.output = index
    }

    /// Predicts the rows of a split and compares them with their targets.
    /// - Parameters:
    ///   - dataset: What is predicted.
    ///   - options: Its target and splits, and the sizes that the model leaves free.
    ///   - split: Which rows; nil for the test rows, or the validation rows when there are none.
    ///   - evaluation: What the report shows.
    ///   - loss: What the model is trained with, where that says what its outputs are.
    /// - Returns: The predictions and the report.
    /// - Throws: `.field` when the data do not fit the model, `.data` for a row that cannot be read.
    package func evaluate(
        _ dataset: Dataset, options: DataOptions, split: Split?, evaluation: EvaluationOptions = EvaluationOptions(),
        loss: Loss.Kind? = nil
    ) throws(TrainingError) -> Evaluation {
        let data = try data(dataset, options)
        let split = split ?? (data.count(.test) > 0 ? .test : .validation)
        guard data.count(split) > 0 else {
            throw .field(
                FieldError(path: "split", expected: "a split with rows", found: "\"\(split.rawValue)\" without any"))
        }
        do {
            let sizes = try samples.sizes(of: data.sampleShape.dimensions, stated: options.sizes)
            let plan = try model.plan(bindings: sizes)
            let compared = OutputComparison.Model(
                output: plan.outputShapes[output].dimensions, activation: finalActivation, loss: loss,
                task: options.task)
            let comparison = try OutputComparison(compared, data)
            let predictions = try predictions(data, split, plan, sizes, comparison)
            let slices = comparison.slices(try data.slices(evaluation.slices, of: split))
            return Evaluation(
                split: split, rows: data.count(split), predictions: predictions,
                report: EvaluationReport(predictions, options: evaluation, slices: slices))
        } catch {
            throw TrainingError(error)
        }
    }

    private func data(_ dataset: Dataset, _ options: DataOptions) throws(TrainingError) -> TrainingData {
        do throws(DatasetError) {
            if let preprocessing {
                return try TrainingData(dataset: dataset, preprocessing: preprocessing, options: options)
            }
            if samples.isJoined {
                return try TrainingData(
                    dataset: dataset, options: options, plan: PreprocessingPlan(isPlain: true), classes: classNames)
            }
            let sample = SampleForm(of: dataset, for: samples.sampleShape)
            return try TrainingData(dataset: dataset, options: options, sample: sample, classes: classNames)
        } catch {
            throw .data(error)
        }
    }

    private func predictions(
        _ data: TrainingData, _ split: Split, _ plan: ExecutionPlan, _ sizes: [String: Int],
        _ comparison: OutputComparison
    ) throws(DatasetError) -> Predictions {
        var predictions = Predictions(classes: comparison.classes, values: data.valueNames)
        let inputs = plan.inputSizes.map { AlignedStorage(floatCount: $0 * Self.batch) }
        let outputs = plan.outputSizes.map { AlignedStorage(floatCount: $0 * Self.batch) }
        let targets = AlignedStorage(floatCount: data.targetWidth * Self.batch)
        let workspace = plan.makeWorkspace(threads: 1)
        var none: RandomSource?
        for start in stride(from: 0, to: data.count(split), by: Self.batch) {
            let rows = Array(start..<min(start + Self.batch, data.count(split)))
            try unsafe samples.read(
                data, split, rows: rows, sizes: sizes, inputs: inputs.map { unsafe $0.floats },
                targets: targets.floats, augmenting: &none)
            unsafe plan.run(
                rows: rows.count, inputs: inputs.map { unsafe UnsafePointer($0.floats) },
                outputs: outputs.map { unsafe $0.floats }, workspace: workspace, pool: nil)
            unsafe predictions.append(
                outputs: outputs[output].floats, targets: targets.floats, rows: rows.count * comparison.positions,
                columns: comparison.columns, targetColumns: comparison.targetColumns,
                isFromLogits: finalActivation == nil)
        }
        return predictions
    }

    /// The softmax or sigmoid that the model ends in.
    private var finalActivation: String? {
        var graph = model.graph
        graph.outputs = [graph.outputs[output]]
        return graph.finalActivation
    }

    private var samples: SampleParts { SampleParts(shapes: model.inputs.map { Array($0.dimensions.dropFirst()) }) }
}
