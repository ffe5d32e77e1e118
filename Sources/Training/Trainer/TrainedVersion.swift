import Graphs
import JSON
import ModelFormats
import Preprocessing
import Tensors

/// The files of a trained version.
struct TrainedVersion {
    let setup: TrainingSetup
    /// The trained constants by name.
    let parameters: [String: Tensor]
    let kernels: Kernels

    /// Rows whose answers the version must give again before it serves.
    private static let goldenRows = 16

    /// Writes model, preprocessing, card, golden rows, an example and the curves; the directory must not exist.
    func write(to path: String, card: JSONValue, history: TrainingHistory) throws(TrainingError) {
        do throws(ModelFormatError) {
            var bundle = try VersionBundle(setup.model.source, parameters: parameters)
            // Several inputs come from clients as they are.
            let isPlain = setup.model.samples.isJoined
            if !isPlain { bundle.add(BundleFile.preprocessing, setup.data.preprocessing.json) }
            bundle.add(BundleFile.card, card)
            let (split, rows) = sealedRows
            bundle.add(BundleFile.golden, try golden(split, rows).bytes())
            if let row = rows.first, !isPlain {
                bundle.add(BundleFile.example, ["instances": .array([try raw(split, row)])])
            }
            let title = setup.request.title ?? setup.data.dataset.name
            bundle.add("curves.svg", Array(TrainingCurves(history, title: title).svg.utf8))
            try bundle.write(to: path)
        } catch {
            throw .model(error)
        }
    }

    /// Held-out rows where there are some.
    private var sealedRows: (Split, [Int]) {
        let split = [Split.validation, .test, .train].first { setup.data.count($0) > 0 } ?? .train
        let count = setup.data.count(split)
        let rows = min(Self.goldenRows, count)
        // Spread over the split, whose rows may be sorted by class.
        return (split, (0..<rows).map { $0 * count / rows })
    }

    private func raw(_ split: Split, _ row: Int) throws(ModelFormatError) -> JSONValue {
        do { return try setup.data.raw(split, row: row) } catch { throw Self.unreadable(error) }
    }

    private static func unreadable(_ error: DatasetError) -> ModelFormatError {
        .unreadable(file: "dataset", reason: "\(error)")
    }

    /// The model's inputs for some rows and what the served model answers.
    private func golden(_ split: Split, _ rows: [Int]) throws(ModelFormatError) -> SafeTensors {
        let compiled: CompiledModel
        let plan: ExecutionPlan
        do throws(GraphError) {
            compiled = try CompiledModel(setup.model.graph(parameters: parameters), kernels: kernels)
            plan = try compiled.plan(bindings: setup.sizes)
        } catch {
            throw .graph(error)
        }
        let inputs = plan.inputSizes.map { AlignedStorage(floatCount: $0 * rows.count) }
        let targets = AlignedStorage(floatCount: setup.data.targetWidth * rows.count)
        let outputs = plan.outputSizes.map { AlignedStorage(floatCount: $0 * rows.count) }
        var none: RandomSource?
        do throws(DatasetError) {
            try unsafe setup.model.samples.read(
                setup.data, split, rows: rows, sizes: setup.sizes, inputs: inputs.map { unsafe $0.floats },
                targets: targets.floats,
                augmenting: &none)
        } catch {
            throw Self.unreadable(error)
        }
        unsafe plan.run(
            rows: rows.count, inputs: inputs.map { unsafe UnsafePointer($0.floats) },
            outputs: outputs.map { unsafe $0.floats }, workspace: plan.makeWorkspace(threads: 1), pool: nil)
        var tensors: [String: Tensor] = [:]
        for (index, storage) in inputs.enumerated() {
            tensors["input.\(index)"] = Tensor(
                dtype: .float32, shape: Shape([rows.count] + shape(ofInput: index, compiled)), storage: storage)
        }
        for (index, storage) in outputs.enumerated() {
            tensors["output.\(index)"] = Tensor(
                dtype: .float32, shape: Shape([rows.count] + plan.outputShapes[index].dimensions), storage: storage)
        }
        return SafeTensors(tensors: tensors)
    }

    /// The shape of one row of an input, free sizes as they are in the data.
    private func shape(ofInput index: Int, _ model: CompiledModel) -> [Int] {
        model.inputs[index].dimensions.dropFirst().map { $0.value(setup.sizes) ?? 1 }
    }
}
