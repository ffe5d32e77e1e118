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
    /// What the sizes are that the model leaves free, by name.
    package let sizes: [String: Int]
    /// How outputs are compared with targets.
    package let comparison: OutputComparison

    /// The names of the classes; nil when the target is values.
    package var classes: [String]? { comparison.classes }

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
            model = try Self.preset(name, data, loss: request.loss.kind, seed: UInt64(request.seed))
        }
        do {
            sizes = try model.samples.sizes(of: data.sampleShape.dimensions, stated: options.sizes)
            let output = try model.comparedOutput(sizes, loss: request.loss.kind, task: options.task)
            comparison = try OutputComparison(output, data)
            try Self.checkGoals(request, data, isClassifier: comparison.classes != nil)
            try Self.checkSlices(request, dataset)
            try Self.checkFreeze(request, model)
            let counts = request.loss.classWeights == nil ? [] : try comparison.classCounts(data)
            loss = try request.loss.loss(
                classes: comparison.classes, counts: counts, columns: comparison.columns, isFromLogits: true)
        } catch {
            throw TrainingError(error)
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
        } catch {
            throw TrainingError(error)
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

    private static func preset(
        _ name: String, _ data: TrainingData, loss: Loss.Kind?, seed: UInt64
    ) throws(TrainingError) -> TrainableModel {
        let output: Presets.Output =
            switch (data.target, loss) {
            case (.classes(let names), _): .classes(names.count)
            case (.binary, _): .binary
            // A loss of probabilities says that the values are some.
            case (.values(let names), .crossEntropy) where names.count > 1: .classes(names.count)
            case (.values(let names), .binaryCrossEntropy): .decisions(names.count)
            case (.values(let names), _): .values(names.count)
            }
        let architecture: Architecture
        do throws(FieldError) {
            architecture = try Presets.architecture(
                name, sample: data.sampleShape.dimensions, output: output, filling: filling(data.preprocessing))
        } catch {
            throw .field(error)
        }
        return try TrainableModel(architecture: architecture, seed: seed)
    }
}

extension TrainingSetup {
    /// What pads the samples.
    private static func filling(_ preprocessing: Preprocessing) -> Presets.Filling {
        guard case .sequence(let form) = preprocessing.input, let padding = form.padding else { return .none }
        return padding.side == .end ? .end : .steps(of: padding.value)
    }
}

extension TrainableModel {
    /// The output that is trained, as it is compared with targets.
    fileprivate func comparedOutput(
        _ sizes: [String: Int], loss: Loss.Kind?, task: DataOptions.Task?
    ) throws(GraphError) -> OutputComparison.Model {
        var typed = trainedGraph
        try typed.prepareForTraining(parameters: Set(parameters.map(\.name)))
        let dimensions = typed.outputs.first.flatMap { typed[$0].type }?.dimensions.dropFirst()
        let shape = dimensions?.compactMap { $0.value(sizes) }
        guard let shape, shape.count == dimensions?.count else {
            throw .unsupported("only models with an output of known size are trained")
        }
        return OutputComparison.Model(output: shape, activation: typed.finalActivation, loss: loss, task: task)
    }
}
