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
        package let predictions: Predictions
        package let report: EvaluationReport
    }

    /// - Parameters:
    ///   - directory: The version's.
    ///   - classNames: Of `apus.toml`, when the version itself names none.
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
    /// - Throws: `.field` when the data do not fit the model, `.data` for a row that cannot be read.
    package func evaluate(
        _ dataset: Dataset, options: DataOptions, split: Split, evaluation: EvaluationOptions = EvaluationOptions()
    ) throws(TrainingError) -> Evaluation {
        let data = try data(dataset, options)
        guard data.count(split) > 0 else {
            throw .field(
                FieldError(path: "split", expected: "a split with rows", found: "\"\(split.rawValue)\" without any"))
        }
        let predictions = try predictions(data, split)
        let report = EvaluationReport(
            predictions, options: evaluation, slices: try data.slices(evaluation.slices, of: split))
        return Evaluation(predictions: predictions, report: report)
    }

    private func data(_ dataset: Dataset, _ options: DataOptions) throws(TrainingError) -> TrainingData {
        do throws(DatasetError) {
            if let preprocessing {
                return try TrainingData(dataset: dataset, preprocessing: preprocessing, options: options)
            }
            if samples.isJoined {
                return try TrainingData(dataset: dataset, options: options, plan: PreprocessingPlan(isPlain: true))
            }
            let sample = SampleForm(of: dataset, for: samples.sampleShape)
            return try TrainingData(dataset: dataset, options: options, sample: sample)
        } catch {
            throw .data(error)
        }
    }

    private func predictions(_ data: TrainingData, _ split: Split) throws(TrainingError) -> Predictions {
        let plan = try plan(data)
        guard samples.fit(data.sampleShape.dimensions) else {
            let count = plan.inputSizes.reduce(0, +) - (samples.takesLengths ? 1 : 0)
            throw .field(
                FieldError(
                    path: "dataset", expected: "samples of \(count) numbers, as the model takes",
                    found: "samples \(data.sampleShape)"))
        }
        let classes = data.classNames ?? (data.target == .binary ? ["0", "1"] : nil)
        let columns = plan.outputSizes[output]
        guard classes.map({ $0.count == columns || ($0.count == 2 && columns == 1) }) ?? (columns == data.targetWidth)
        else {
            throw .field(
                FieldError(
                    path: "dataset", expected: "a target for the model's \(columns) outputs",
                    found: classes.map { "\($0.count) classes" } ?? "\(data.targetWidth) values"))
        }
        var values: [String] = []
        if case .values(let names) = data.target { values = names }
        var predictions = Predictions(classes: classes, values: values)
        let inputs = plan.inputSizes.map { AlignedStorage(floatCount: $0 * Self.batch) }
        let outputs = plan.outputSizes.map { AlignedStorage(floatCount: $0 * Self.batch) }
        let targets = AlignedStorage(floatCount: data.targetWidth * Self.batch)
        let workspace = plan.makeWorkspace(threads: 1)
        var none: RandomSource?
        for start in stride(from: 0, to: data.count(split), by: Self.batch) {
            let rows = Array(start..<min(start + Self.batch, data.count(split)))
            do throws(DatasetError) {
                try unsafe samples.read(
                    data, split, rows: rows, inputs: inputs.map { unsafe $0.floats }, targets: targets.floats,
                    augmenting: &none)
            } catch {
                throw .data(error)
            }
            unsafe plan.run(
                rows: rows.count, inputs: inputs.map { unsafe UnsafePointer($0.floats) },
                outputs: outputs.map { unsafe $0.floats }, workspace: workspace, pool: nil)
            unsafe predictions.append(
                outputs: outputs[output].floats, targets: targets.floats, rows: rows.count, columns: columns,
                targetColumns: data.targetWidth, isFromLogits: !givesProbabilities)
        }
        return predictions
    }

    /// Whether the model ends in a softmax or a sigmoid.
    private var givesProbabilities: Bool {
        var graph = model.graph
        graph.outputs = [graph.outputs[output]]
        return graph.finalActivation != nil
    }

    private var samples: SampleParts {
        SampleParts(shapes: model.inputs.map { $0.dimensions.dropFirst().map(\.fixedValue) })
    }

    private func plan(_ data: TrainingData) throws(TrainingError) -> ExecutionPlan {
        let symbols = model.inputs.flatMap { $0.dimensions.dropFirst() }.reduce(into: Set<String>()) {
            $0.formUnion($1.symbols)
        }
        var bindings: [String: Int] = [:]
        for symbol in symbols { bindings[symbol] = samples.steps(data.sampleShape.dimensions) ?? 1 }
        do throws(GraphError) { return try model.plan(bindings: bindings) } catch { throw .graph(error) }
    }
}
