import Graphs
import JSON
import ModelFormats
package import Preprocessing
import Tensors

/// Everything a training starts from: the request with its data read, its model made and both checked against each
/// other. Making one is the phase "validating".
package struct TrainingSetup: Sendable {
    package let request: TrainingRequest
    package let data: TrainingData
    package let model: TrainableModel
    package let loss: Loss
    /// What the rows were chosen by.
    package let options: DataOptions
    /// The names of the classes; nil when the target is values.
    package let classes: [String]?
    /// Numbers of one output of the model.
    package let outputColumns: Int

    /// Steps of a sequence where the model leaves their number free.
    package var steps: Int? { model.samples.steps(data.sampleShape.dimensions) }

    /// - Parameters:
    ///   - request: As it was sent.
    ///   - dataset: The one it names.
    ///   - baseDirectory: The directory of the version it begins with, when it does.
    ///   - stated: The preprocessing of that version when its directory has none.
    /// - Throws: `TrainingError.field`, `.data`, `.model` or `.graph`.
    package init(
        request: TrainingRequest, dataset: Dataset, baseDirectory: String? = nil, stated: StatedPreprocessing? = nil
    ) throws(TrainingError) {
        self.request = request
        options = try Self.options(request)
        switch request.source {
        case .base:
            guard let baseDirectory else {
                throw .field(FieldError(path: "base", expected: "a version that is there", found: "none"))
            }
            var base = try TrainableModel(directory: baseDirectory)
            if let output = request.output { try base.train(output: output) }
            model = base
            let fitted = try Self.preprocessing(of: baseDirectory)
            let known = fitted == nil ? try Self.preprocessing(stated, model) : fitted
            data = try Self.data(
                request, dataset, options, form: SampleForm(of: dataset, for: model.sampleShape), known: known,
                isStated: fitted == nil,
                isJoined: model.samples.isJoined)
        case .architecture(let json):
            // An architecture without a shape of its own takes the data's.
            let hasShape = json["input_shape"] ?? .null != .null || json["inputs"] ?? .null != .null
            let found = hasShape ? nil : try Self.data(request, dataset, options, form: .any, known: nil)
            let shape = found.map { SampleShape($0.sampleShape.dimensions) }
            let architecture: Architecture
            do throws(FieldError) {
                architecture = try Architecture(json: json, inputShape: shape)
            } catch {
                throw .field(error.inside("architecture"))
            }
            var new = try TrainableModel(architecture: architecture, seed: UInt64(request.seed))
            if let output = request.output { try new.train(output: output) }
            model = new
            if let found {
                data = found
            } else {
                data = try Self.data(
                    request, dataset, options, form: SampleForm(of: dataset, for: model.sampleShape), known: nil,
                    isJoined: model.samples.isJoined)
            }
        case .preset(let name):
            data = try Self.data(request, dataset, options, form: try Self.form(ofPreset: name), known: nil)
            model = try Self.preset(name, data, seed: UInt64(request.seed))
        }
        classes = data.classNames ?? (data.target == .binary ? ["0", "1"] : nil)
        outputColumns = try Self.check(model, data, classes: classes)
        try Self.checkGoals(request, isClassifier: classes != nil)
        do throws(FieldError) {
            loss = try request.loss.loss(
                classes: classes, counts: data.classCounts ?? [], columns: outputColumns, isFromLogits: true)
        } catch {
            throw .field(error)
        }
    }

    private static func options(_ request: TrainingRequest) throws(TrainingError) -> DataOptions {
        do throws(FieldError) {
            var options = try DataOptions(json: request.data ?? .null)
            options.needsValidation = request.needsValidation
            return options
        } catch {
            throw .field(error)
        }
    }

    /// The rows of the request's dataset as the model wants them.
    private static func data(
        _ request: TrainingRequest, _ dataset: Dataset, _ options: DataOptions, form: SampleForm, known: Preprocessing?,
        isStated: Bool = false, isJoined: Bool = false
    ) throws(TrainingError) -> TrainingData {
        if isJoined, request.preprocessing != nil || known != nil {
            throw .field(
                FieldError(
                    path: "preprocessing",
                    expected: "none for a model of several inputs, which clients send as they are",
                    found: request.preprocessing == nil ? "the base's" : "one"))
        }
        do {
            let augmentation = try request.augmentation.map { json throws(FieldError) in
                do throws(FieldError) { return try Augmentation(json: json) } catch {
                    throw error.inside("augmentation")
                }
            }
            if let known, request.preprocessing == nil {
                return try TrainingData(
                    dataset: dataset, preprocessing: known, isStated: isStated, options: options,
                    augmentation: augmentation)
            }
            let plan = try request.preprocessing.map { json throws(FieldError) in
                do throws(FieldError) { return try PreprocessingPlan(json: json) } catch {
                    throw error.inside("preprocessing")
                }
            }
            return try TrainingData(
                dataset: dataset, options: options, plan: isJoined ? PreprocessingPlan(isPlain: true) : plan,
                sample: form,
                augmentation: augmentation)
        } catch let error as FieldError {
            throw .field(error)
        } catch let error as DatasetError {
            throw .data(error)
        } catch {
            preconditionFailure("the calls above throw no other errors")
        }
    }

    private static func preprocessing(of directory: String) throws(TrainingError) -> Preprocessing? {
        do {
            guard let json = try BundleFile.json(BundleFile.preprocessing, in: directory) else { return nil }
            return try Preprocessing(json: json)
        } catch let error as ModelFormatError {
            throw .model(error)
        } catch let error as FieldError {
            throw .field(error.inside(BundleFile.preprocessing))
        } catch {
            preconditionFailure("the calls above throw no other errors")
        }
    }

    private static func preprocessing(
        _ stated: StatedPreprocessing?, _ model: TrainableModel
    ) throws(TrainingError) -> Preprocessing? {
        do throws(FieldError) {
            return try stated?.preprocessing(sampleShape: model.sampleShape)
        } catch {
            throw .field(error.inside("apus.toml"))
        }
    }

    /// The form of the samples a preset wants.
    private static func form(ofPreset name: String) throws(TrainingError) -> SampleForm {
        switch name {
        case "seed-cnn": .image
        case "seed-lstm": .sequence
        default: .any
        }
    }

    private static func preset(_ name: String, _ data: TrainingData, seed: UInt64) throws(TrainingError)
        -> TrainableModel
    {
        let output: Presets.Output =
            switch data.target {
            case .classes(let names): .classes(names.count)
            case .binary: .binary
            case .values(let names): .values(names.count)
            }
        let architecture: Architecture
        do throws(FieldError) {
            architecture = try Presets.architecture(name, sample: data.sampleShape.dimensions, output: output)
        } catch {
            throw .field(error)
        }
        return try TrainableModel(architecture: architecture, seed: seed)
    }

    /// Refuses to watch a metric that this task does not have: it would never come.
    private static func checkGoals(_ request: TrainingRequest, isClassifier: Bool) throws(TrainingError) {
        let others = isClassifier ? ["mae", "mse", "r2", "rmse"] : ["accuracy", "f1_macro"]
        for goal in request.goals {
            guard let name = others.first(where: { goal.name.hasSuffix("_\($0)") }) else { continue }
            throw .field(
                FieldError(
                    path: "metric", expected: "a metric of \(isClassifier ? "classes" : "values")",
                    found: "\"\(goal.name)\", and the target has no \(name)"))
        }
    }

    /// Compares the model's input and output with the data.
    /// - Returns: The numbers of one output.
    private static func check(
        _ model: TrainableModel, _ data: TrainingData, classes: [String]?
    ) throws(TrainingError) -> Int {
        let found = data.sampleShape.dimensions
        guard model.samples.fit(found) else {
            let sizes = model.sampleShape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
            throw .field(
                FieldError(
                    path: "dataset", expected: "samples [\(sizes)], as the model takes", found: "samples \(found)"))
        }
        let columns = try model.outputColumns()
        let needed: [Int] =
            switch data.target {
            case .classes(let names): names.count == 2 ? [2, 1] : [names.count]
            case .binary: [1, 2]
            case .values(let names): [names.count]
            }
        guard needed.contains(columns) else {
            throw .field(
                FieldError(
                    path: "dataset",
                    expected: "a target for the model's \(columns) output\(columns == 1 ? "" : "s")",
                    found: classes.map { "\($0.count) classes" } ?? "\(data.targetWidth) values"))
        }
        return columns
    }
}

extension TrainableModel {
    /// The numbers of one row of the first output.
    fileprivate func outputColumns() throws(TrainingError) -> Int {
        var typed = trainedGraph
        do throws(GraphError) {
            try typed.prepareForTraining(parameters: Set(parameters.map(\.name)))
        } catch {
            throw .graph(error)
        }
        let type = typed.outputs.first.flatMap { typed[$0].type }
        guard let dimensions = type?.dimensions.dropFirst(), typed.outputs.count == 1,
            dimensions.allSatisfy({ $0.fixedValue != nil })
        else { throw .graph(.unsupported("only models with an output of known size are trained")) }
        return dimensions.compactMap(\.fixedValue).reduce(1, *)
    }
}
