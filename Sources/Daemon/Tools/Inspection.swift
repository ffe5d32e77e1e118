import Graphs
import ModelFormats

/// `apus inspect`: what a model is and what it takes.
package struct Inspection: Sendable, Equatable {
    /// An operator and how often the file uses it.
    package struct OperatorCount: Sendable, Equatable {
        package let name: String
        package let count: Int
    }

    /// The file format: onnx.
    package let format: String
    /// Name, type and dimensions of each input and output.
    package let inputs: [String]
    package let outputs: [String]
    /// The operators in the file, the most frequent first.
    package let operators: [OperatorCount]
    /// The steps of the plan, in the order in which they run.
    package let steps: [String]
    /// The free sizes the plan was made for, by name.
    package let sizes: [String: Int]
    /// Numbers the model learned.
    package let parameterCount: Int
    /// Bytes of the model file, or of all files in its directory.
    package let fileBytes: Int
    /// Bytes of the weights in the layouts of the kernels.
    package let packedWeightBytes: Int
    /// Bytes of scratch memory for each thread.
    package let arenaBytes: Int
    /// Rows that one thread works on at once.
    package let chunkRows: Int

    /// - Parameters:
    ///   - model: The model.
    ///   - chosen: Values of its free sizes; 1 for those without.
    /// - Throws: `DaemonError.usage` or `.model`.
    package init(_ model: LoadedModel, sizes chosen: ChosenSizes = ChosenSizes()) throws(DaemonError) {
        sizes = try chosen.bindings(of: model, standard: 1)
        let plan = try model.plan(sizes)
        format = Self.format(of: model.resolvedPath)
        inputs = model.compiled.inputs.map(\.text)
        outputs = model.compiled.outputs.map(\.text)
        let counts = model.imported.nodes.reduce(into: [String: Int]()) { $0[$1.op.name, default: 0] += 1 }
        operators = counts.map { OperatorCount(name: $0.key, count: $0.value) }
            .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
        steps = plan.stepNames
        parameterCount = model.compiled.parameterCount
        fileBytes = Files.byteCount(model.resolvedPath)
        packedWeightBytes = model.compiled.packedByteCount
        arenaBytes = plan.arenaFloats * MemoryLayout<Float>.stride
        chunkRows = plan.chunkRows
    }

    /// The extension of the model file.
    private static func format(of path: String) -> String {
        let names = Files.isDirectory(path) ? Files.names(path) : [path]
        for name in names where ModelLoader.isModel(name.split(separator: "/").last.map(String.init) ?? name) {
            // Golden rows lie beside a model in a format that models have too.
            if name == BundleFile.golden { continue }
            for format in ModelLoader.supportedFormats where name.lowercased().hasSuffix(format) {
                return String(format.dropFirst())
            }
        }
        return "unknown"
    }
}
