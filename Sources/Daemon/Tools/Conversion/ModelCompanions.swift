import Graphs
import JSON
import ModelFormats
import Preprocessing
import Serving

/// The files beside a model that belong to it.
struct ModelCompanions {
    /// By name.
    private(set) var files: [String: [UInt8]] = [:]

    /// Largest of them. Bytes.
    private static let maximumByteCount = 64 << 20
    private static let names = [BundleFile.card, BundleFile.preprocessing, BundleFile.golden, BundleFile.example]

    /// Reads those of a version's directory, and the preprocessing that its model's `apus.toml` states; a model file by
    /// itself has none.
    init(_ model: LoadedModel) throws(DaemonError) {
        let path = model.resolvedPath
        guard Files.isDirectory(path) else { return }
        for name in Self.names where Files.exist("\(path)/\(name)") {
            files[name] = try Self.read("\(path)/\(name)")
        }
        if files[BundleFile.preprocessing] == nil { try takeStatedPreprocessing(model) }
    }

    private mutating func takeStatedPreprocessing(_ model: LoadedModel) throws(DaemonError) {
        let path = model.resolvedPath
        let configuration: ModelConfiguration
        do throws(ServingError) {
            configuration = try ModelConfiguration(ofVersion: path)
        } catch {
            throw .file(path, reason: error.description)
        }
        // What is for image files alone must not become that of all rows.
        guard let stated = configuration.preprocessing, !stated.isForFilesOnly else { return }
        do throws(FieldError) {
            let shape = model.compiled.inputs.first?.sampleDimensions ?? []
            files[BundleFile.preprocessing] = try stated.preprocessing(sampleShape: shape).json.bytes + [0x0A]
        } catch {
            throw .file(path, reason: "apus.toml: \(error)")
        }
    }

    private static func read(_ path: String) throws(DaemonError) -> [UInt8] {
        do throws(FileRefusal) {
            return try Files.bytes(of: path, limit: maximumByteCount)
        } catch {
            throw .file(path, reason: error.reason)
        }
    }

    /// What a format has no place for.
    func leftOut(by target: ConversionTarget) -> [String] {
        files.keys.sorted().map { "\($0): \(target.rawValue) has no place for it; a directory takes it along" }
    }
}
