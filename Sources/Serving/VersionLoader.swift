import Graphs
import ModelFormats
import Preprocessing
import Tensors

/// Turns one version's directory into a version that serves, or says why not.
struct VersionLoader: Sendable {
    let engine: any ModelEngine
    let handOffNanoseconds: Double
    let clock: MonotonicClock
    /// What the batches of all models wait for.
    let turns: ComputeTurns
    private let configurations = ConfigurationCache()

    init(engine: any ModelEngine, handOffNanoseconds: Double, clock: MonotonicClock, turns: ComputeTurns) {
        self.engine = engine
        self.handOffNanoseconds = handOffNanoseconds
        self.clock = clock
        self.turns = turns
    }

    /// Largest `apus.toml`. Bytes.
    private static let maxConfigurationBytes = 1 << 20

    /// Reads the `apus.toml` in a model's directory; defaults without one.
    /// - Throws: `ServingError.file`, `.invalidTOML`, `.unknownKey` or `.invalidValue`.
    func configuration(in directory: Directory) throws(ServingError) -> ModelConfiguration {
        guard let text = try Self.configurationText(in: directory) else { return ModelConfiguration() }
        return try configurations.configuration(text)
    }

    /// The `apus.toml` in a model's directory; nil without one.
    /// - Throws: `ServingError.file`.
    static func configurationText(in directory: Directory) throws(ServingError) -> String? {
        try directory.text(of: "apus.toml", limit: maxConfigurationBytes)
    }

    /// Reads, compiles, checks and measures a version.
    func load(
        _ found: FoundModel.Version, of name: String, _ configuration: ModelConfiguration
    ) throws(ServingError) -> ModelVersion {
        _ = try found.directory.checked()
        var report = LoadReport()
        report.fileBytes = found.directory.byteCount

        var start = clock.nanoseconds()
        let graph = try readGraph(found.directory)
        report.readMilliseconds = clock.milliseconds(since: start)

        start = clock.nanoseconds()
        let model = try engine.compile(graph)
        report.compileMilliseconds = clock.milliseconds(since: start)
        let declared = try RowPreprocessing(
            in: found.directory, stated: configuration.preprocessing, model: model)
        let (preprocessing, images) = declared?.isForFilesOnly == true ? (nil, declared) : (declared, nil)
        let classNames = try ClassNames(
            configured: configuration.model.classNames, fitted: declared?.preprocessing.classNames,
            in: found.directory, model: model)

        start = clock.nanoseconds()
        let warmUp = try verify(model, found.directory, configuration, preprocessing?.bindings, &report)
        report.verifyMilliseconds = clock.milliseconds(since: start)

        report.packedBytes = model.packedByteCount
        report.parameterCount = model.parameterCount
        report.rowNanoseconds = warmUp?.cost.alone
        return ModelVersion(
            modelName: name, number: found.number, model: model, configuration: configuration,
            preprocessing: preprocessing, imagePreprocessing: images, classNames: classNames.names, load: report,
            warmUp: warmUp, turns: turns, handOffNanoseconds: handOffNanoseconds, clock: clock)
    }

    /// Reads the model, none of whose files may lie outside of the repository.
    private func readGraph(_ directory: Directory) throws(ServingError) -> Graph {
        for file in try directory.names() where ModelLoader.isModel(file) || Self.modelParts.contains(file) {
            _ = try directory.resolved(file)
        }
        return try engine.readGraph(directory: directory.path)
    }

    /// Files that belong to a model without being one.
    private static let modelParts: Set<String> = ["architecture.json", "MANIFEST.sha256"]

    /// Reproduces the golden rows, which are the model's own inputs and outputs; without them, runs a row of zeros.
    private func verify(
        _ model: any ServableModel, _ directory: Directory, _ configuration: ModelConfiguration,
        _ bindings: [String: Int]?, _ report: inout LoadReport
    ) throws(ServingError) -> WarmUp? {
        guard directory.hasFile(GoldenCheck.fileName) else { return try warmUpWithZeros(model, bindings) }
        let golden = try GoldenCheck(path: directory.resolved(GoldenCheck.fileName), model: model)
        report.goldenRows = golden.rowCount
        return try golden.run(model, tolerance: configuration.golden.tolerance, clock: clock)
    }

    /// Runs one row of zeros, in the sizes that preprocessing makes. Without it a model with free sizes cannot be warmed
    /// up: nobody but a request knows a size it takes, so its first run is measured instead.
    private func warmUpWithZeros(
        _ model: any ServableModel, _ bindings: [String: Int]?
    ) throws(ServingError) -> WarmUp? {
        guard let bindings = bindings ?? (FreeSizes(model.inputs).symbols.isEmpty ? [:] : nil) else { return nil }
        let plan = try model.plan(bindings: bindings)
        let zeros = plan.inputSizes.map { AlignedStorage(floatCount: $0) }
        return WarmUp(bindings: bindings, plan: plan, rows: zeros, clock: clock)
    }
}
