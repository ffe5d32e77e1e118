import Graphs
import ModelFormats
import Tensors

/// Turns one version's directory into a version that serves, or says why not.
struct VersionLoader: Sendable {
    let engine: any ModelEngine
    let handOffNanoseconds: Double
    let clock: MonotonicClock

    /// Largest `apus.toml`. Bytes.
    private static let maxConfigurationBytes = 1 << 20

    /// Reads the `apus.toml` in a model's directory; defaults without one.
    /// - Throws: `ServingError.file`, `.invalidTOML`, `.unknownKey` or `.invalidValue`.
    func configuration(in directory: Directory) throws(ServingError) -> ModelConfiguration {
        guard let text = try directory.text(of: "apus.toml", limit: Self.maxConfigurationBytes) else {
            return ModelConfiguration()
        }
        return try ModelConfiguration(toml: text)
    }

    /// Reads, compiles, checks and measures a version.
    func load(
        _ found: FoundModel.Version, of name: String, _ configuration: ModelConfiguration
    ) throws(ServingError) -> ModelVersion {
        var report = LoadReport()
        report.fileBytes = found.directory.byteCount

        for file in try found.directory.names() where ModelLoader.isModel(file) {
            _ = try found.directory.resolved(file)
        }
        var start = clock.nanoseconds()
        let graph = try engine.readGraph(directory: found.directory.path)
        report.readMilliseconds = clock.milliseconds(since: start)

        start = clock.nanoseconds()
        let model = try engine.compile(graph)
        report.compileMilliseconds = clock.milliseconds(since: start)
        try checkClassNames(configuration.model.classNames, model)

        start = clock.nanoseconds()
        let warmUp: WarmUp?
        if found.directory.hasFile(GoldenCheck.fileName) {
            let golden = try GoldenCheck(path: found.directory.resolved(GoldenCheck.fileName), model: model)
            warmUp = try golden.run(model, tolerance: configuration.golden.tolerance, clock: clock)
            report.goldenRows = golden.rowCount
        } else {
            warmUp = try warmUpWithZeros(model)
        }
        report.verifyMilliseconds = clock.milliseconds(since: start)

        report.packedBytes = model.packedByteCount
        report.parameterCount = model.parameterCount
        report.rowNanoseconds = warmUp?.cost.alone
        return ModelVersion(
            modelName: name, number: found.number, model: model, configuration: configuration, load: report,
            warmUp: warmUp, handOffNanoseconds: handOffNanoseconds, clock: clock)
    }

    private func checkClassNames(_ names: [String], _ model: any ServableModel) throws(ServingError) {
        guard !names.isEmpty else { return }
        let expected = model.outputs.first?.sampleDimensions.last ?? nil
        guard expected == names.count else {
            throw .classNameCount(expected: expected.map(String.init) ?? "no", found: names.count)
        }
    }

    /// Runs one row of zeros. A model with free sizes cannot be warmed up without an example: nobody but a request
    /// knows a size it takes, so its first run is measured instead.
    private func warmUpWithZeros(_ model: any ServableModel) throws(ServingError) -> WarmUp? {
        guard FreeSizes(model.inputs).symbols.isEmpty else { return nil }
        let plan = try model.plan(bindings: [:])
        let zeros = plan.inputSizes.map { AlignedStorage(floatCount: $0) }
        return WarmUp(bindings: [:], plan: plan, rows: zeros, clock: clock)
    }
}
